-- Grows with every lock given in the collection. A write names the epoch it was judged under, so that none slips past a
-- lock taken meanwhile; 0 = there never was a lock, and nobody needs to look for one.

alter table collection add column lock_epoch bigint not null default 0;
