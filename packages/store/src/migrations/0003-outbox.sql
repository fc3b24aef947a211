-- Messages about what was committed, written in the same transaction, delivered at least once.

create table outbox (
  id bigint generated always as identity primary key,
  subscriber text not null,
  topic text not null,
  payload jsonb not null,
  coalesce_key text,
  run_after timestamptz not null default now(),
  attempts integer not null default 0,
  locked_until timestamptz,
  failed_at timestamptz,
  last_error text,
  created_at timestamptz not null default now()
);
create index outbox_due on outbox (run_after) where failed_at is null;
create unique index outbox_coalesce_key on outbox (subscriber, coalesce_key) where coalesce_key is not null and locked_until is null and failed_at is null;

-- Ends a statement that must not take effect: sqlstate KA001, the reason as message, the member as detail.
create function refuse_write(reason text, member text) returns boolean language plpgsql as $$
begin
  raise exception using errcode = 'KA001', message = reason, detail = member;
end
$$;
