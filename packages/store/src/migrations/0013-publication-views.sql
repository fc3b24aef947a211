-- How much of a published calendar its followers are shown, as links have it, and since when that holds.
alter table publication
  add column level text not null default 'full',
  add column alarms boolean not null default false,
  add column past_days integer,
  add column future_days integer,
  add column settled_at timestamptz not null default now(),
  add constraint publication_level check (level in ('busy', 'titles', 'full'));

-- When a removed object was, so that nobody is told of a time he was never shown.
alter table removed_object add column first_start bigint, add column last_end bigint;

-- Followers of published calendars hear as well what is cancelled.
create or replace function keep_removed_objects() returns trigger language plpgsql as $$
begin
  insert into removed_object (collection_id, uid, component, data, first_start, last_end)
  select g.collection_id, g.uid, g.component, g.data, g.first_start, g.last_end from gone g
  where exists (select from collection c where c.id = g.collection_id)
    and (exists (select from link_calendar l where l.collection_id = g.collection_id)
      or exists (select from publication p where p.collection_id = g.collection_id))
  on conflict (collection_id, uid) do update
    set component = excluded.component, data = excluded.data, removed_at = excluded.removed_at,
      first_start = excluded.first_start, last_end = excluded.last_end;
  delete from removed_object r where r.removed_at < now() - interval '30 days'
    and r.collection_id in (select collection_id from gone);
  return null;
end
$$;
