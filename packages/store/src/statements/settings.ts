import { type Sql, sql } from "../sql.js";

/** A row with `value`, when set. */
export const setting = (name: string): Sql => sql`select value from setting where name = ${name}`;

export const allSettings = (): Sql => sql`select name, value from setting order by name`;

/** `value` is JSON text. */
export const setSetting = (name: string, value: string): Sql => sql`
  insert into setting (name, value) values (${name}, ${value}::jsonb)
  on conflict (name) do update set value = excluded.value`;

/** Sets it if it is not yet set; the row with the `value` that holds then (none if another set it at this moment). */
export const settingOnce = (name: string, value: string): Sql => sql`
  with added as (insert into setting (name, value) values (${name}, ${value}::jsonb) on conflict do nothing returning value)
  select value from added union all select value from setting where name = ${name} limit 1`;

export const deleteSetting = (name: string): Sql => sql`delete from setting where name = ${name} returning name`;
