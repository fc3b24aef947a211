-- The index of an object says by which rules it was made (`version`); what was made by earlier rules is made anew by upkeep, a few
-- objects at a time. Here stand those that wait for it: soon none.
create index object_outdated on object (collection_id, name) where coalesce((index->>'version')::int, 0) < 1;
