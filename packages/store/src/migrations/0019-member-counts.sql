-- How many members a collection has, kept by the statements that write them: whether there is room for one more is told by the
-- row that is locked anyway. It may be too low where objects come in by other ways, so only a count refuses anything.
alter table collection add column members integer not null default 0;
update collection c set members = o.n from (
  select collection_id, count(*) as n from object group by collection_id
) o where o.collection_id = c.id;
