import { type AccessLimit, ALL_RIGHTS, maskOf, READING, rightsMask } from "@kalends/acl";
import { type CollectionId, type DomainId, insertLock, sql } from "@kalends/store";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bind, openWorld } from "../../test/reading.js";
import { exchangeFor } from "../../testing/exchange.js";
import { addCollection, grant, person, type World } from "../../testing/world.js";
import { entitlements } from "../privacy/sight.js";
import type { Exchange } from "../exchange.js";
import { parsePath } from "../paths/address.js";
import { askAnyHome } from "./any-home.js";
import { askLent } from "./lent.js";
import { askOwnHome } from "./own-home.js";
import type { Mailbox, Place, Said } from "./said.js";

const SLUGS = ["a", "b", "a/b", "a.ics", "x.ics", "a/x.ics"] as const;
const MEMBERS = ["b", "x.ics", "a"] as const;
const CLASSES = ["PUBLIC", "PRIVATE", "CONFIDENTIAL"] as const;
const BEHIND = [
  "",
  "a",
  "b/",
  "x.ics",
  "a.ics",
  "b.ics",
  "a/b",
  "a%2Fb/",
  "a/x.ics",
  "b/x.ics",
  "a/b/x.ics",
  "b.ics/x.ics",
  "a.ics/a",
  "none",
  "none/x.ics",
];

const member = fc.record({ name: fc.constantFrom(...MEMBERS), as: fc.constantFrom(...CLASSES) });
const calendar = fc.record({
  slug: fc.constantFrom(...SLUGS),
  lent: fc.boolean(),
  members: fc.uniqueArray(member, { selector: ({ name }) => name }),
  denied: fc.boolean(),
  open: fc.boolean(),
  locked: fc.constantFrom(null, "", ...MEMBERS),
});
const picture = fc.record({
  calendars: fc.uniqueArray(calendar, { selector: ({ slug }) => slug, minLength: 1 }),
  main: fc.option(fc.nat(5)),
  verb: fc.constantFrom("GET", "PROPFIND", "PUT", "DELETE"),
  limit: fc.option(
    fc.record({
      rights: fc.constantFrom(ALL_RIGHTS, READING, maskOf("l")),
      only: fc.option(fc.nat(5)),
      home: fc.boolean(),
    }),
  ),
});
type Picture = typeof picture extends fc.Arbitrary<infer P> ? P : never;

const text = (as: string) =>
  `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:ü\r\nCLASS:${as}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;

const entry = (world: World, id: CollectionId, subject: string, positive: boolean) =>
  world.db.rows(sql`insert into grant_entry (collection_id, subject, positive, rights)
    values (${id}, ${subject}, ${positive}, ${positive ? maskOf("l", "r") : maskOf("r", "i")})`);

/** A package that hides in miniature. */
const reduce = (body: string): string | null => {
  if (body.includes("PRIVATE")) return null;
  return body.includes("CONFIDENTIAL") ? body.replace("UID:ü", "UID:busy") : body;
};

async function draw(world: World, { calendars, main }: Picture): Promise<readonly CollectionId[]> {
  const ann = person(world, "ann");
  const bob = person(world, "bob");
  await world.db.rows(sql`delete from collection where owner_id in (${ann.id}, ${bob.id}) and kind = 'calendar'`);
  const ids: CollectionId[] = [];
  for (const { slug, lent, members, denied, open, locked } of calendars) {
    const id = await addCollection(world, lent ? "bob" : "ann", slug);
    ids.push(id);
    if (lent) await bind(world, ann.home, slug, id, "share");
    if (lent) await grant(world, id, "ann", maskOf("l", "r", "i"));
    if (denied) await entry(world, id, `d:${world.domain.id}`, false);
    if (open) await entry(world, id, "public", true);
    await world.db.rows(sql`insert into object (collection_id, name, uid, component, etag, size, revision, data)
      select ${id}::bigint, n, n, 'VEVENT', 'e-' || n, length(data), 1, data
      from unnest(${members.map(({ name }) => name)}::text[], ${members.map(({ as }) => text(as))}::text[]) m(n, data)`);
    if (locked === null) continue;
    await world.db.rows(sql`update collection set lock_epoch = 1 where id = ${id}`);
    await world.db.rows(
      insertLock({
        collection: id,
        name: locked,
        owner: ann.id,
        scope: "exclusive",
        depthInfinity: locked === "",
        onFolder: false,
        ownerXml: "",
        seconds: 3000,
      }),
    );
  }
  const default_ = main === null ? null : (ids[main % ids.length] ?? null);
  await world.db.rows(sql`update principal set default_calendar_id = ${default_}::bigint where id = ${ann.id}`);
  return ids;
}

function limitOf({ limit }: Picture, ids: readonly CollectionId[], home: CollectionId): AccessLimit | null {
  if (limit === null) return null;
  const only = limit.only === null ? null : ids[limit.only % ids.length];
  return {
    rights: rightsMask(limit.rights),
    collections: only === undefined || only === null ? null : [only],
    home: limit.home ? home : null,
    freeBusyUpload: false,
  };
}

/** A lock ends by the clock, which goes on between two statements. */
const timeless = ({ collection, ...place }: Place) => ({
  ...place,
  collection: { ...collection, locks: collection.locks?.map((lock) => ({ ...lock, seconds: 0 })) },
});

/** What both statements must tell alike; the home only where nothing in it is meant. */
const told = (said: Said | undefined) =>
  said && {
    asker: said.asker,
    services: said.account && [said.account.id, said.account.enabled, said.account.services],
    above: said.above,
    place: said.place && timeless(said.place),
    home: said.place ? null : said.home,
  };

function suite(on: string, url: string): void {
  describe(`a home on ${on}`, () => {
    let world: World;
    beforeAll(async () => {
      world = await openWorld({ url, name: `homes-${process.pid}.example` });
    });
    afterAll(async () => {
      await world?.db.rows(sql`delete from domain where id = ${world.domain.id as DomainId}`);
      await world?.db.close();
    });

    const asked = (drawn: Picture, ids: readonly CollectionId[], path: string, nobody = false): Exchange => {
      const ann = person(world, "ann");
      const cx = exchangeFor(world, drawn.verb, path);
      const catalogue = { ...cx.services.catalogue, reduce: () => reduce };
      return {
        ...cx,
        by: nobody ? null : { ...ann, limit: limitOf(drawn, ids, ann.home) },
        services: { ...cx.services, catalogue, entitled: entitlements.owner },
      };
    };
    const property = (check: (drawn: Picture, ids: readonly CollectionId[]) => Promise<void>) =>
      fc.assert(
        fc.asyncProperty(picture, async (drawn) => check(drawn, await draw(world, drawn))),
        { numRuns: Number(process.env.KALENDS_PROPERTY_RUNS ?? 15) },
      );

    it("is told alike by its own statement and by the one for any home, whatever is there (CGP-03..06, ACL-20, SHR-92)", async () => {
      await property(async (drawn, ids) => {
        const roots = ["/CalDAV/", "/CalDAV/~ann/", `/CalDAV/~ann@${world.domain.name}/`];
        for (const [n, behind] of BEHIND.entries()) {
          const path = `${roots[(n + drawn.calendars.length) % 3]}${behind}`;
          const address = parsePath(path, ["/CalDAV/"]) as Mailbox;
          const cx = asked(drawn, ids, path);
          const own = await askOwnHome(address, cx, n % 4 < 2);
          const any = await askAnyHome(address, cx, n % 4 < 2);
          const isMine = any?.place?.collection.owner.id === person(world, "ann").id;
          const isHome = address.candidates.length === 0;
          expect(own !== undefined, `${drawn.verb} ${path}`).toBe(isMine || isHome);
          if (own) expect(told(own), `${drawn.verb} ${path}`).toEqual(told(any));
        }
      });
    });

    it("is told alike by the statement for what is there in somebody's home, to whom it belongs, is lent or is open (ACL-20, ACL-82, SHR-90)", async () => {
      await property(async (drawn, ids) => {
        const roots = ["/CalDAV/", "/CalDAV/~bob/", "/CalDAV/~ann/"];
        for (const [n, behind] of BEHIND.entries()) {
          const path = `${roots[(n + drawn.calendars.length) % 3]}${behind}`;
          const address = parsePath(path, ["/CalDAV/"]) as Mailbox;
          const cx = asked(drawn, ids, path, (n + drawn.calendars.length) % 4 === 3);
          const lent = await askLent(address, cx, n % 4 < 2);
          const any = await askAnyHome(address, cx, n % 4 < 2);
          if (any?.place?.candidate.member) expect(lent, `${drawn.verb} ${path}`).toBeDefined();
          if (lent) expect({ ...told(lent), above: 0 }, `${drawn.verb} ${path}`).toEqual({ ...told(any), above: 0 });
        }
      });
    });
  });
}

suite("the embedded database", "embedded:memory");
const postgres = process.env.KALENDS_TEST_POSTGRES;
if (postgres !== undefined) suite("PostgreSQL", postgres);
