-- Where a restored backup set a collection back: its revisions go on at a new thousand million, and those in between that clients
-- may have seen belong to a time that is lost (decision 0041).
create table rewind (
  collection_id bigint not null references collection on delete cascade,
  lost_after bigint not null,
  lost_before bigint not null,
  primary key (collection_id, lost_before)
);
