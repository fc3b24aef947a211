-- Objects of two to four kilobytes stay in their row as they are: packing them costs a write more than the rest of its row,
-- and each reading again. What is there already stays as it is.
alter table object set (toast_tuple_target = 4080);
