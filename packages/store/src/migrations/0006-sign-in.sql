-- Accounts that come from elsewhere, failed sign-ins as all processes see them, and the audit log.

-- Who says what the account is called and which groups it is in: this server, a directory, or an issuer of tokens.
alter table principal add column source text not null default 'local';
alter table principal add constraint principal_source check (source in ('local', 'directory', 'token'));
-- When the directory was last asked about it.
alter table principal add column refreshed_at timestamptz;

-- Memberships that a directory gave are taken away when it no longer gives them; others are not touched by it.
alter table principal_member add column source text not null default 'local';
alter table principal_member add constraint principal_member_source check (source in ('local', 'directory'));

-- Failed sign-ins of an account, an address, or a pair of both, until a time; after it they count from one again.
create table sign_in_failure (
  subject text primary key,
  failures integer not null,
  until timestamptz not null
);
create index sign_in_failure_until on sign_in_failure (until);

-- The programs an account was signed in with, so that a new one can be told from those there were.
create table sign_in_device (
  principal_id bigint not null references principal on delete cascade,
  device text not null,
  first_at timestamptz not null,
  primary key (principal_id, device)
);

-- Names as they were: entries stay when accounts go.
create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  kind text not null,
  account text not null,
  principal_id bigint,
  actor text not null,
  address text,
  agent text,
  detail text not null default '',
  -- Entries that repeat within their bucket are one, counted.
  bucket text,
  times integer not null default 1,
  last_at timestamptz not null,
  constraint audit_bucket_key unique (bucket)
);
create index audit_at on audit (at);
create index audit_principal on audit (principal_id, at);
