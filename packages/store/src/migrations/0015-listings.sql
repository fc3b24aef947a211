-- Listings and syncs read names, tags and kinds of members and nothing else: both orders are answered from their index alone,
-- without a look at rows that carry whole calendar texts.

alter table object_overlay drop constraint object_overlay_collection_id_name_fkey;
alter table object drop constraint object_pkey;
alter table object add constraint object_pkey primary key (collection_id, name) include (etag, component);
alter table object_overlay add constraint object_overlay_collection_id_name_fkey
  foreign key (collection_id, name) references object (collection_id, name) on delete cascade on update cascade;

drop index object_revision;
create index object_revision on object (collection_id, revision, name) include (etag, component);
