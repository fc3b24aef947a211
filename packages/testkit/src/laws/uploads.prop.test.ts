import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DavClient } from "../client/client.js";
import { eachDatabase } from "../databases.js";
import { startServer, type TestServer } from "../server.js";
import { runs } from "./runs.js";
import {
  entriesOf,
  type Entry,
  type Hand,
  textOf,
  type WholeFileClient,
  wholeFileClient,
} from "./whole-file-client.js";

type Who = 0 | 1 | 2;

/** Everybody keeps to a property, a category and items of his own, so that no two ever change the same. */
type Edit =
  | { readonly edit: "text"; readonly item: number; readonly value: string }
  | { readonly edit: "label"; readonly item: number; readonly has: boolean }
  | { readonly edit: "own"; readonly item: number; readonly value: string | null };

type Act =
  | { readonly act: "fetch"; readonly by: 0 | 1 }
  | { readonly act: "upload"; readonly by: 0 | 1; readonly strict: boolean; readonly edits: readonly Edit[] }
  | { readonly act: "caldav"; readonly edit: Edit };

const item = fc.nat(2);
const value = fc.constantFrom("a", "b", "c");
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ edit: fc.constant("text" as const), item, value }) },
  { weight: 2, arbitrary: fc.record({ edit: fc.constant("label" as const), item, has: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ edit: fc.constant("own" as const), item, value: fc.option(value, { nil: null }) }),
  },
);
const by = fc.constantFrom(0 as const, 1 as const);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ act: fc.constant("fetch" as const), by }) },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant("upload" as const),
      by,
      strict: fc.boolean(),
      edits: fc.array(edit, { maxLength: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("caldav" as const), edit }) },
);

const PROPERTY = ["summary", "location", "description"] as const;
const EMPTY: Entry = { summary: "", location: "", description: "", categories: [] };
const HANDS: readonly [Hand, Hand, Hand] = [
  { isReversed: false, stamp: () => "20260101T000000Z" },
  { isReversed: true, stamp: (n) => `202602${String((n % 27) + 1).padStart(2, "0")}T000000Z` },
  { isReversed: false, stamp: () => "20260301T000000Z" },
];

const shared = (n: number): string => `shared-${n}`;
const own = (who: Who, n: number): string => `own-${who}-${n}`;

function apply(edit: Edit, who: Who, entries: Map<string, Entry>): void {
  const uid = edit.edit === "own" ? own(who, edit.item) : shared(edit.item);
  const entry = entries.get(uid) ?? EMPTY;
  if (edit.edit === "text") entries.set(uid, { ...entry, [PROPERTY[who]]: edit.value });
  else if (edit.edit === "label") {
    const others = entry.categories.filter((label) => label !== `L${who}`);
    entries.set(uid, { ...entry, categories: edit.has ? [...others, `L${who}`].sort() : others });
  } else if (edit.value === null) entries.delete(uid);
  else entries.set(uid, { ...EMPTY, summary: edit.value });
}

const sorted = (entries: ReadonlyMap<string, Entry>) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));

eachDatabase("two programs that upload everything, and one that does not", (database) => {
  let server: TestServer;
  let ann: DavClient & { readonly login: string; readonly home: string };
  let count = 0;
  beforeAll(async () => {
    server = await startServer({ database });
    ann = await server.someone();
  });
  afterAll(() => server.stop());

  async function byCaldav(edit: Edit, name: string): Promise<void> {
    const uid = edit.edit === "own" ? own(2, edit.item) : shared(edit.item);
    const href = `${ann.home}${name}/${uid}.ics`;
    const { status, text } = await ann.get(href);
    const entries = status === 200 ? entriesOf(text) : new Map<string, Entry>();
    const wasThere = entries.size > 0;
    apply(edit, 2, entries);
    if (entries.size > 0) expect((await ann.put(href, textOf(entries, HANDS[2], 0))).status).toBeLessThan(300);
    else if (wasThere) expect((await ann.delete(href)).status).toBe(204);
  }

  async function perform(
    act: Act,
    name: string,
    clients: readonly [WholeFileClient, WholeFileClient],
    expected: Map<string, Entry>,
  ): Promise<void> {
    if (act.act === "caldav") {
      apply(act.edit, 2, expected);
      return byCaldav(act.edit, name);
    }
    const client = clients[act.by];
    if (act.act === "fetch") {
      expect([200, 304]).toContain(await client.fetch());
      return;
    }
    for (const edit of act.edits) apply(edit, act.by, client.entries);
    const status = await client.upload(act.strict);
    if (status === 412) {
      expect(await client.fetch()).toBe(200);
      return;
    }
    expect(status).toBe(204);
    for (const edit of act.edits) apply(edit, act.by, expected);
  }

  it("lose no change that nobody else contradicted, in any order (MailEnable B, PUB-13)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 16, size: "max" }), async (acts) => {
        const name = `Run${count++}`;
        const path = `/calendars/${name}.ics`;
        const expected = new Map([0, 1, 2].map((n) => [shared(n), EMPTY] as const));
        const first = textOf(expected, HANDS[0], 0);
        expect((await ann.put(path, first, { "User-Agent": "Somebody else/1.0" })).status).toBe(201);
        const clients = [
          wholeFileClient(ann, path, "First/1.0", HANDS[0]),
          wholeFileClient(ann, path, "Second/1.0", HANDS[1]),
        ] as const;
        for (const client of clients) await client.fetch();
        for (const each of acts) await perform(each, name, clients, expected);
        const { text, headers } = await ann.get(path);
        expect(sorted(entriesOf(text))).toEqual(sorted(expected));
        for (const client of clients) {
          expect([200, 304]).toContain(await client.fetch());
          expect(await client.upload(false)).toBe(204);
        }
        const after = await ann.get(path);
        expect(sorted(entriesOf(after.text))).toEqual(sorted(expected));
        expect(revisionIn(after.headers["etag"]), "what was fetched changes nothing").toBe(revisionIn(headers["etag"]));
        expect((await ann.delete(path)).status).toBe(204);
      }),
      { numRuns: runs(20) },
    );
    expect(server.faults).toEqual([]);
  }, 3_600_000);
});

/** The part of a tag that moves with every change. */
const revisionIn = (tag = ""): string | undefined => /^"[0-9a-f-]{36}-(\d+)-/.exec(tag)?.[1];
