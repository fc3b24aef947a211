-- Collections exist once and are reached through bindings: the owner's own, a share, a delegate's view, a subscription.

create table collection (
  id bigint generated always as identity primary key,
  uuid uuid not null default gen_random_uuid(),
  kind text not null,
  owner_id bigint not null references principal on delete cascade,
  -- Grows by one with every write to the members, under the row's lock: revisions are visible in commit order.
  revision bigint not null default 1,
  components text[] not null default '{}',
  display_name text,
  description text,
  timezone text,
  -- Every other stored property, by Clark name: {"{ns}local": value}.
  props jsonb not null default '{}',
  created_at timestamptz not null default now(),
  modified_at timestamptz not null default now(),
  constraint collection_uuid_key unique (uuid)
) with (fillfactor = 50);
create index collection_owner on collection (owner_id);

alter table principal add constraint principal_home foreign key (home_id) references collection on delete set null;
alter table principal add constraint principal_default_calendar foreign key (default_calendar_id) references collection on delete set null;
alter table principal add constraint principal_default_tasks foreign key (default_tasks_id) references collection on delete set null;

create table binding (
  home_id bigint not null references collection on delete cascade,
  slug text not null,
  collection_id bigint not null references collection on delete cascade,
  how text not null default 'own',
  -- What this person sees differently: display name, colour, order, by Clark name.
  overlay jsonb not null default '{}',
  -- The home's revision at which this member last changed.
  revision bigint not null,
  created_at timestamptz not null default now(),
  primary key (home_id, slug),
  constraint binding_how check (how in ('own', 'share', 'delegate', 'subscription'))
);
create index binding_collection on binding (collection_id);
create index binding_revision on binding (home_id, revision);
-- Names that differ only in case cannot both be created.
create unique index binding_folded_key on binding (home_id, lower(slug));

create table object (
  collection_id bigint not null references collection on delete cascade,
  name text not null,
  uid text not null,
  component text not null,
  etag text not null,
  schedule_tag text,
  size integer not null,
  -- The collection's revision at which this member last changed.
  revision bigint not null,
  -- Bounds of all instances in epoch milliseconds, a superset; null = without bound.
  first_start bigint,
  last_end bigint,
  recurring boolean not null default false,
  index jsonb not null default '{}',
  created_at timestamptz not null default now(),
  modified_at timestamptz not null default now(),
  data text not null,
  primary key (collection_id, name),
  constraint object_uid_key unique (collection_id, uid)
);
create index object_revision on object (collection_id, revision, name);
create index object_time on object (collection_id, component, last_end, first_start);

-- A member that is gone: its name and the revision at which it went. Live members carry their revision themselves.
create table tombstone (
  collection_id bigint not null references collection on delete cascade,
  name text not null,
  revision bigint not null,
  removed_at timestamptz not null default now(),
  primary key (collection_id, name)
);
create index tombstone_revision on tombstone (collection_id, revision, name);

-- What one person keeps on somebody's object (alarms, transparency) without the others seeing it.
create table object_overlay (
  collection_id bigint not null,
  name text not null,
  principal_id bigint not null references principal on delete cascade,
  overlay jsonb not null,
  revision bigint not null,
  primary key (collection_id, name, principal_id),
  foreign key (collection_id, name) references object on delete cascade on update cascade
);

create table object_version (
  collection_id bigint not null references collection on delete cascade,
  name text not null,
  revision bigint not null,
  etag text,
  data text,
  written_by bigint references principal on delete set null,
  written_at timestamptz not null default now(),
  via text not null,
  primary key (collection_id, name, revision)
);

-- Properties the server does not know, kept as XML. The collection's own have the empty name.
create table dead_property (
  collection_id bigint not null references collection on delete cascade,
  name text not null default '',
  property text not null,
  xml text not null,
  primary key (collection_id, name, property)
);

-- Mailbox rights as a bit set (see the acl package). subject: 'p:<principal id>', 'd:<domain id>', 'anyone', 'anonymous'.
create table grant_entry (
  collection_id bigint not null references collection on delete cascade,
  subject text not null,
  positive boolean not null default true,
  rights integer not null,
  primary key (collection_id, subject, positive)
);
create index grant_entry_subject on grant_entry (subject);

create table lock (
  token text primary key,
  collection_id bigint not null references collection on delete cascade,
  name text not null default '',
  owner_id bigint not null references principal on delete cascade,
  scope text not null,
  depth_infinity boolean not null,
  owner_xml text not null default '',
  expires_at timestamptz not null
);
create index lock_collection on lock (collection_id, name);
