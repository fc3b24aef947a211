import { type Database, openDatabase, sql } from "@kalends/store";
import { AdminError } from "../../admin/command.js";
import type { ImportItem } from "../../admin/commands/import.js";
import { withoutPassword } from "../../config/database-url.js";
import { addressable, plainCalendar, type Source, type SourceCalendar, type SourceOptions } from "./source.js";

interface CollectionOfDavical {
  readonly id: number;
  readonly name: string;
  readonly displayName: string | null;
  readonly description: string | null;
  readonly color: string | null;
  readonly objects: number;
}

/** Objects read at once. */
const PAGE = 200;

async function opened(place: string, { password, passwordGiven }: SourceOptions): Promise<Database> {
  if (!/^postgres(ql)?:\/\//.test(place)) throw new AdminError("DAViCal's place is postgres://USER@HOST/NAME");
  const url = new URL(place);
  if (passwordGiven) url.password = encodeURIComponent(await password());
  try {
    const db = await openDatabase({ url: url.href, poolSize: 1 });
    await db.one(sql`select user_no from usr limit 1`).catch(async (error: unknown) => {
      await db.close();
      throw error;
    });
    return db;
  } catch (error) {
    throw new AdminError(`cannot read DAViCal's database ${withoutPassword(place)}: ${(error as Error).message}`);
  }
}

/** Every calendar of a person; inbox and outbox begin with a dot and are left out. */
const collectionsOf = (db: Database, user: string) =>
  db.rows<CollectionOfDavical>(sql`
    select c.collection_id as id, c.dav_name as name, c.dav_displayname as "displayName", c.description,
      (select p.property_value from property p where p.dav_name = c.dav_name
        and p.property_name = 'http://apple.com/ns/ical/:calendar-color' limit 1) as color,
      (select count(*) from caldav_data d where d.collection_id = c.collection_id) as objects
    from collection c join usr u on u.user_no = c.user_no
    where lower(u.username) = lower(${user}) and c.is_calendar and c.dav_name !~ '/[.][^/]*/$' order by c.dav_name`);

async function* objectsOf(db: Database, id: number): AsyncGenerator<ImportItem> {
  for (let after = ""; ;) {
    const rows = await db.rows<ImportItem>(sql`
      select dav_name as name, caldav_data as text from caldav_data
      where collection_id = ${id} and dav_name collate "C" > ${after} order by dav_name collate "C" limit ${PAGE}`);
    for (const { name, text } of rows) yield { name: name.slice(name.lastIndexOf("/") + 1), text };
    const last = rows.at(-1);
    if (!last) return;
    after = last.name;
  }
}

/** The database of DAViCal, which is PostgreSQL. */
export const davical: Source = {
  kind: "davical",
  what: "the database of DAViCal (postgres://USER@HOST/NAME), with --user",
  async calendars(place, options) {
    const { user } = options;
    if (user === undefined) throw new AdminError("say with --user whose calendars of DAViCal are meant");
    const db = await opened(place, options);
    const collections = await collectionsOf(db, user).catch(async (error: unknown) => {
      await db.close();
      throw error;
    });
    if (collections.length === 0) await db.close();
    if (collections.length === 0) throw new AdminError(`DAViCal has no calendars of "${user}"`);
    return collections.map((each, i): SourceCalendar => ({
      calendar: {
        ...plainCalendar(addressable(each.name.split("/").at(-2) ?? "")),
        displayName: each.displayName,
        description: each.description || null,
        color: each.color,
      },
      count: each.objects,
      async *items() {
        yield* objectsOf(db, each.id);
        if (i === collections.length - 1) await db.close();
      },
    }));
  },
};
