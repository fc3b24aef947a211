-- The file area of an account: one collection, files and folders as rows by path, contents as immutable chunks.

create unique index collection_file_area on collection (owner_id) where kind = 'file-area';

-- What was uploaded; never changed. A content that no file points at is swept some time after it was last touched.
create table content (
  id bigint generated always as identity primary key,
  touched_at timestamptz not null default now()
);

-- All chunks of a content but the last have the same size.
create table content_chunk (
  content_id bigint not null references content on delete cascade,
  seq integer not null,
  bytes bytea not null,
  primary key (content_id, seq)
);
-- Files are compressed already, or not worth the time.
alter table content_chunk alter column bytes set storage external;

create table file (
  collection_id bigint not null references collection on delete cascade,
  -- Names joined by slashes, as they were sent; a tree is the range from 'a/b/' to 'a/b0'.
  path text collate "C" not null,
  -- Path of the folder around it; empty at the top.
  parent text collate "C" not null,
  -- Null = a folder.
  content_id bigint references content,
  size bigint not null default 0,
  type text not null default '',
  etag text not null default '',
  created_at timestamptz not null default now(),
  modified_at timestamptz not null default now(),
  revision bigint not null,
  primary key (collection_id, path)
);
create index file_parent on file (collection_id, parent, path);
create index file_content on file (content_id) where content_id is not null;
-- Taken on a folder: its address ends with a slash.
alter table lock add column on_folder boolean not null default false;
create index dead_property_path on dead_property (collection_id, name collate "C");
