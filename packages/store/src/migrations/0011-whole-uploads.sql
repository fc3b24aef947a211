-- The last whole file put to a calendar, by its digest: while the calendar has not changed since, the same file once more
-- is nothing to do. `removes` are the component types of which it left nothing else.
create table whole_upload (
  collection_id bigint primary key references collection on delete cascade,
  hash text not null,
  removes text[] not null,
  revision bigint not null,
  objects integer not null
);
