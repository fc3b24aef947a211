-- What people publish: hosted files, the level at which everybody may use them, and links that need no sign-in.

-- none, read or full; null = read. The domain's level is the most any of its accounts can give.
alter table principal add column public_level text;
alter table domain add column public_level text;

create table publication (
  collection_id bigint primary key references collection on delete cascade,
  -- Came into being by an upload, so that withdrawing it removes the calendar as well.
  hosted boolean not null,
  -- The last upload as it was sent, and the revision of the calendar it stands for.
  upload bytea,
  upload_hash text,
  upload_revision bigint,
  created_at timestamptz not null default now()
);

create table link (
  id bigint generated always as identity primary key,
  owner_id bigint not null references principal on delete cascade,
  -- SHA-256 of the secret; the secret itself is kept nowhere.
  hash text not null,
  label text not null default '',
  level text not null,
  components text[] not null,
  alarms boolean not null default false,
  past_days integer,
  future_days integer,
  expires_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  hits bigint not null default 0,
  last_used_at timestamptz,
  constraint link_hash_key unique (hash),
  constraint link_level check (level in ('busy', 'titles', 'full'))
);
create index link_owner on link (owner_id);

create table link_calendar (
  link_id bigint not null references link on delete cascade,
  collection_id bigint not null references collection on delete cascade,
  primary key (link_id, collection_id)
);
create index link_calendar_collection on link_calendar (collection_id);

-- Objects that are gone from calendars with links: followers hear that they are cancelled.
create table removed_object (
  collection_id bigint not null references collection on delete cascade,
  uid text not null,
  component text not null,
  data text not null,
  removed_at timestamptz not null default now(),
  primary key (collection_id, uid)
);

-- A trigger, because every way in which an object can go counts. What goes with its whole calendar is not kept: by then
-- the collection is gone.
create function keep_removed_objects() returns trigger language plpgsql as $$
begin
  insert into removed_object (collection_id, uid, component, data)
  select g.collection_id, g.uid, g.component, g.data from gone g
  where exists (select from link_calendar l join collection c on c.id = l.collection_id
    where l.collection_id = g.collection_id)
  on conflict (collection_id, uid) do update
    set component = excluded.component, data = excluded.data, removed_at = excluded.removed_at;
  delete from removed_object r where r.removed_at < now() - interval '30 days'
    and r.collection_id in (select collection_id from gone);
  return null;
end
$$;

create trigger object_removed after delete on object referencing old table as gone
  for each statement execute function keep_removed_objects();
