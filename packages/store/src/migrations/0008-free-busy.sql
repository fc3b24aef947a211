-- What people say about their free and busy time in files of their own, and whether others may read it.

create table free_busy (
  principal_id bigint primary key references principal on delete cascade,
  -- Who may read: 'everyone', 'signed-in' or 'off'; null = nobody, until the first upload.
  access text,
  -- The last upload as it is given out; null = none. Times in epoch milliseconds; periods: [[start, end, type], …].
  data text,
  etag text,
  first_start bigint,
  last_end bigint,
  periods jsonb not null default '[]',
  uploaded_at timestamptz,
  -- The lock on the file, also before there is one.
  lock_token text,
  lock_owner_xml text not null default '',
  lock_expires_at timestamptz,
  constraint free_busy_access check (access in ('everyone', 'signed-in', 'off'))
);
