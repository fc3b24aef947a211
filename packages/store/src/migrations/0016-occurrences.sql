-- When events are, so that a query of a stretch of time finds them without reading them (RFC 4791 9.9).

-- What the times of an object were reckoned by, and up to when all its instances are told: see OccurrenceIndex in the icalendar
-- package. The objects that are here know nothing of it yet. Upkeep visits them.
alter table object
  add column basis text collate "C" not null default '',
  add column covered_until bigint not null default -9007199254740991;

-- Events that happen once and for less than five days: their bounds say it. All others have occurrences.
create index object_short on object (collection_id, first_start)
  where component = 'VEVENT' and not recurring and last_end - first_start <= 432000000;
create index object_spread on object (collection_id, basis, covered_until)
  where component = 'VEVENT' and (recurring or first_start is null or last_end is null or last_end - first_start > 432000000);

-- What is not for everybody is few, and looked at by itself.
create index object_restricted on object (collection_id, name) where class <> 'public';

-- The instances of one object that are alike in one bucket: 2^32 milliseconds, seven weeks. A row counts while the object has
-- that revision. One that a concurrent write left behind counts for nothing and goes with the next write.
create table occurrence (
  collection_id bigint not null references collection on delete cascade,
  bucket integer not null,
  name text not null,
  revision bigint not null,
  busy text not null,
  margin text not null,
  -- Epoch milliseconds, half open, one for what lasts no time.
  spans int8multirange not null
);
create index occurrence_bucket on occurrence (collection_id, bucket);
create index occurrence_name on occurrence (collection_id, name);

-- How far this kind of upkeep came with one basis. It begins anew after a week.
create table occurrence_pass (
  basis text primary key,
  collection_id bigint not null default 0,
  name text not null default '',
  finished_at timestamptz
);
