-- How open an object is: public, confidential, private, or mixed where its parts differ (RFC 5545 3.8.1.3). Said by the index;
-- of what was written before the index knew it, by the text: where that does not tell at once, the object is mixed, and whoever
-- shows it looks closer.
create function object_class(index jsonb, data text) returns text language plpgsql immutable parallel safe as $$
declare
  restricted text;
begin
  if index ? 'privacy' then
    return index ->> 'privacy';
  end if;
  restricted := regexp_replace(regexp_replace(data, '\r?\n[ \t]', '', 'g'),
    '\n(class|x-calendarserver-access)(;[^:\n]*)?:[ \t]*public[ \t]*(?=\r|\n|$)', '', 'gi');
  if restricted !~* '\n[ \t]*(class|x-calendarserver-access)[ \t]*[;:]' then
    return 'public';
  end if;
  if regexp_count(restricted, '\nBEGIN:V(EVENT|TODO|JOURNAL|FREEBUSY|AVAILABILITY)', 1, 'i') <> 1 then
    return 'mixed';
  end if;
  if restricted ~* '\nclass:[ \t]*confidential[ \t]*(\r|\n|$)'
    and regexp_count(restricted, '\n[ \t]*(class|x-calendarserver-access)[ \t]*[;:]', 1, 'i') = 1 then
    return 'confidential';
  end if;
  return 'private';
end
$$;

alter table object add column class text not null generated always as (object_class(index, data)) stored;

-- The collection's revision at which those who may not see everything lost sight of a member; null = they still see it, or
-- never did. A member that is gone counts from where it was last seen.
alter table object add column unseen_at bigint;
create index object_unseen on object (collection_id, unseen_at, name) where unseen_at is not null;

alter table tombstone add column unseen_at bigint;
update tombstone set unseen_at = revision;
create index tombstone_unseen on tombstone (collection_id, unseen_at, name) where unseen_at is not null;
