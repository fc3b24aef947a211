-- What programs that upload whole files last had, so that their next upload can be merged with what others did meanwhile.

create table publisher_base (
  id bigint generated always as identity primary key,
  collection_id bigint not null references collection on delete cascade,
  -- Digest of who it is: account, credential, address space and program.
  publisher text not null,
  -- Null = nobody signed in.
  principal_id bigint references principal on delete cascade,
  -- The revision of the calendar that was fetched or left behind by an upload.
  revision bigint not null,
  -- He sent it: then it is what he sent, which may differ from what is stored by the rows of publisher_item.
  sent boolean not null,
  -- How many programs that look the same may have it.
  holders integer not null default 1,
  seen_at timestamptz not null
);
create unique index publisher_base_shown_key on publisher_base (collection_id, publisher, revision) where not sent;
create index publisher_base_collection on publisher_base (collection_id, revision);
create index publisher_base_seen on publisher_base (seen_at);

-- Where what somebody sent is not what the calendar was at his revision: his text; null = he does not have it.
create table publisher_item (
  base_id bigint not null references publisher_base on delete cascade,
  uid text not null,
  data text,
  primary key (base_id, uid)
);

-- Objects as they were from a revision on until before another, as long as they are somebody's base.
create table superseded_object (
  collection_id bigint not null references collection on delete cascade,
  uid text not null,
  revision bigint not null,
  until bigint not null,
  data text not null,
  primary key (collection_id, uid, revision)
);

-- A trigger, because every way in which an object can change or go counts. It runs after the collection's revision was
-- raised; whoever notes a base holds the collection against writers, so that none comes too late to be seen here.
create function keep_superseded_objects() returns trigger language plpgsql as $$
begin
  insert into superseded_object (collection_id, uid, revision, until, data)
  select g.collection_id, g.uid, g.revision, greatest(c.revision, g.revision + 1), g.data
  from gone g join collection c on c.id = g.collection_id
  where exists (select from publisher_base b where b.collection_id = g.collection_id and b.revision >= g.revision)
    and not exists (select from object o
      where o.collection_id = g.collection_id and o.uid = g.uid and o.revision = g.revision)
  on conflict do nothing;
  return null;
end
$$;

create trigger object_superseded after update on object referencing old table as gone
  for each statement execute function keep_superseded_objects();
create trigger object_removed_superseded after delete on object referencing old table as gone
  for each statement execute function keep_superseded_objects();
