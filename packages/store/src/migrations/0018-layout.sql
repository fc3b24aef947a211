-- Where the components stand in the text, noted when it is written, so that whole calendars are put together without taking
-- every object apart. Null = not noted (older rows), or not to be told at a glance.
alter table object add column layout text;
