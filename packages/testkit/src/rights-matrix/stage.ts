import { join, raw, type Sql, sql } from "@kalends/store";
import type { DavClient } from "../client/client.js";
import { eventText } from "../generators/text.js";
import { startServer, type ServerOptions, type TestServer } from "../server.js";
import type { RightSet } from "./table.js";

export type Person = DavClient & { readonly login: string; readonly home: string };

/** A calendar of `ann` with two objects, and `bob`, who has some rights on it and objects to bring along. */
export interface Scene {
  readonly ann: Person;
  readonly bob: Person;
  /** `/CalDAV/~ann/Team1/`. */
  readonly calendar: string;
  /** The same one as a whole file, without what stands before the account: `ann/Team1.ics`. */
  readonly file: string;
  /** `bob` holds an object with the UID of `a` and one that is new to the calendar. */
  readonly own: { readonly same: string; readonly other: string };
  /** An empty calendar of `bob`. */
  readonly out: string;
}

export interface Stage {
  readonly server: TestServer;
  /** A fresh scene, or the last one where nothing was changed in it. */
  scene(set: RightSet): Promise<Scene>;
  /** Everything stored about people and their calendars, as one digest. */
  digest(): Promise<string>;
  /** The last scene was changed. */
  spent(): void;
}

/** All tables that hold what people own. */
const TABLES = [
  ["collection", "id"],
  ["binding", "home_id, slug"],
  ["object", "collection_id, name"],
  ["tombstone", "collection_id, name"],
  ["dead_property", "collection_id, name, property"],
  ["object_version", "collection_id, name, revision"],
  ["grant_entry", "collection_id, subject, positive"],
  ["lock", "token"],
] as const;

const digestOf = ([table, order]: readonly [string, string]): Sql =>
  sql`(select md5(string_agg(to_jsonb(t)::text, '' order by ${raw(order)})) from ${raw(table)} t)`;

async function fill({ ann, bob }: Pick<Scene, "ann" | "bob">, calendar: string, own: string): Promise<void> {
  await bob.mkcalendar(own.replace("/Mine", "/Out"));
  await ann.mkcalendar(calendar);
  await bob.mkcalendar(own);
  await ann.put(`${calendar}a.ics`, eventText("a"));
  await ann.put(`${calendar}z.ics`, eventText("z", { start: ":20260302T120000Z", end: ":20260302T130000Z" }));
  await bob.put(`${own}same.ics`, eventText("a", { summary: "Theirs" }));
  await bob.put(`${own}other.ics`, eventText("other"));
}

export async function openStage(options: ServerOptions): Promise<Stage> {
  // Each scene takes two calendars of `bob`.
  const server = await startServer({ config: { limits: { calendarsPerHome: 5000 } }, ...options });
  const { db } = server;
  const ann = await server.someone();
  const bob = await server.someone();
  let number = 0;
  let last: { readonly set: RightSet; readonly scene: Scene } | null = null;
  return {
    server,
    spent() {
      last = null;
    },
    async digest() {
      const row = await db.one<{ digest: string }>(sql`select md5(concat(${join(TABLES.map(digestOf))})) as digest`);
      return row?.digest ?? "";
    },
    async scene(set) {
      if (last?.set === set) return last.scene;
      number += 1;
      const [calendar, own] = [`${ann.home}Team${number}/`, `${bob.home}Mine${number}/`];
      await fill({ ann, bob }, calendar, own);
      const mailbox = `~${ann.login}/Team${number}`;
      if (set !== "none") await server.setRights(mailbox, bob.login, set);
      const scene = {
        ann,
        bob,
        calendar,
        file: `${mailbox.slice(1)}.ics`,
        own: { same: `${own}same.ics`, other: `${own}other.ics` },
        out: `${bob.home}Out${number}/`,
      };
      last = { set, scene };
      return scene;
    },
  };
}
