-- Domains, accounts, groups, resources and locations, and what they sign in with.

create table setting (
  name text primary key,
  value jsonb not null
);

create table domain (
  id bigint generated always as identity primary key,
  name text not null,
  services jsonb not null default '{}',
  created_at timestamptz not null default now(),
  constraint domain_name_key unique (name),
  constraint domain_name_folded check (name = lower(name))
);

create table domain_alias (
  alias text primary key,
  domain_id bigint not null references domain on delete cascade,
  constraint domain_alias_folded check (alias = lower(alias))
);

create table principal (
  id bigint generated always as identity primary key,
  uuid uuid not null default gen_random_uuid(),
  domain_id bigint not null references domain on delete cascade,
  kind text not null,
  login text not null,
  display_name text not null,
  first_name text,
  last_name text,
  is_admin boolean not null default false,
  enabled boolean not null default true,
  services jsonb not null default '{}',
  -- Grows whenever a password or the state of the account changes: a sign-in remembered under an older number is void.
  credential_epoch integer not null default 1,
  home_id bigint,
  default_calendar_id bigint,
  default_tasks_id bigint,
  created_at timestamptz not null default now(),
  constraint principal_login_key unique (domain_id, login),
  constraint principal_uuid_key unique (uuid),
  constraint principal_login_folded check (login = lower(login)),
  constraint principal_kind check (kind in ('user', 'group', 'resource', 'location'))
);

create table principal_alias (
  domain_id bigint not null references domain on delete cascade,
  alias text not null,
  principal_id bigint not null references principal on delete cascade,
  primary key (domain_id, alias)
);
create index principal_alias_principal on principal_alias (principal_id);

create table principal_member (
  group_id bigint not null references principal on delete cascade,
  member_id bigint not null references principal on delete cascade,
  primary key (group_id, member_id)
);
create index principal_member_member on principal_member (member_id);

create table credential (
  id bigint generated always as identity primary key,
  principal_id bigint not null references principal on delete cascade,
  kind text not null,
  label text not null default '',
  hash text not null,
  scope jsonb not null default '{}',
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  constraint credential_kind check (kind in ('password', 'app'))
);
create index credential_principal on credential (principal_id);
