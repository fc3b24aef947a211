import { runAdmin } from "@kalends/server";
import { dropOldBases, sql } from "@kalends/store";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DavClient } from "./client/client.js";
import { eachDatabase } from "./databases.js";
import { listedEtags, sorted } from "./laws/sync-client.js";
import { DOMAIN, startServer, type TestServer } from "./server.js";

const event = (uid: string, summary: string, more = "") =>
  `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260105T090000Z\r\nSUMMARY:${summary}\r\n${more}END:VEVENT\r\n`;
const fileOf = (parts: readonly string[], head = "") =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\n${head}${parts.join("")}END:VCALENDAR\r\n`;
const ALARM = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Ring\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n";

type Person = DavClient & { readonly login: string; readonly home: string };
const path = "/calendars/Team.ics";
const ONE = { "User-Agent": "One/1.0" };
const TWO = { "User-Agent": "Two/1.0" };

const [a, b, c] = [event("a@m", "A"), event("b@m", "B"), event("c@m", "C")] as const;

eachDatabase("two programs on one calendar", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ database, config: { limits: { anonymousRequests: 100_000 } } });
  });
  afterAll(() => server.stop());

  const admin = (command: string, args: unknown) => runAdmin({ command, args }, server.house, () => undefined);
  const summaries = (text: string) =>
    [...text.matchAll(/^SUMMARY:(.*)\r$/gm)].map(([, summary = ""]) => summary).sort();
  const standing = async (ann: Person, name = "Team") => summaries((await ann.get(`/CalendarData/${name}.ics`)).text);
  const tokenOf = async (ann: Person) => (await ann.syncCollection(`${ann.home}Team/`, "")).syncToken;
  const resultOf = ({ headers }: { readonly headers: Readonly<Record<string, string>> }) => headers["kalends-result"];

  /** A calendar with these events that both programs have fetched. */
  async function prepared(events: readonly string[], agents: readonly Record<string, string>[] = [ONE, TWO]) {
    const ann: Person = await server.someone();
    expect((await ann.put(path, fileOf(events), { "User-Agent": "Maker" })).status).toBe(201);
    for (const agent of agents) expect((await ann.get(path, agent)).status).toBe(200);
    return ann;
  }

  it("keeps what both add, and tells the second that his file is not what stands (PUB-13, RFC 9110 9.3.4)", async () => {
    const ann = await prepared([a]);
    const first = await ann.put(path, fileOf([a, b]), ONE);
    expect([first.headers["etag"] !== undefined, resultOf(first)]).toEqual([
      true,
      "added=1, replaced=0, unchanged=1, removed=0",
    ]);
    const second = await ann.put(path, fileOf([a, c]), TWO);
    expect([second.status, second.headers["etag"], resultOf(second)]).toEqual([
      204,
      undefined,
      "added=1, replaced=0, unchanged=1, removed=0, merged=1, conflicts=0",
    ]);
    const shown = await ann.get(path, TWO);
    expect(summaries(shown.text)).toEqual(["A", "B", "C"]);
    expect(shown.text, "not the bytes of the upload").toContain("METHOD:PUBLISH");
  });

  it("tells programs apart that look the same by what their uploads are made from (PUB-13)", async () => {
    const ann = await prepared([a], [ONE, ONE]);
    await ann.put(path, fileOf([a, b]), ONE);
    await ann.put(path, fileOf([a, c]), ONE);
    expect(await standing(ann)).toEqual(["A", "B", "C"]);
    const alone = await prepared([a], [ONE, ONE]);
    await alone.put(path, fileOf([a, b]), ONE);
    await alone.put(path, fileOf([a]), ONE);
    expect(await standing(alone), "one that takes back what it did").toEqual(["A"]);
  });

  it("keeps what calendars on phones do, for a program that never fetches (PUB-13)", async () => {
    const ann: Person = await server.someone();
    await ann.put(path, fileOf([a, b]), ONE);
    await ann.put(`${ann.home}Team/c.ics`, fileOf([c]));
    await ann.put(`${ann.home}Team/a@m.ics`, fileOf([event("a@m", "A", "LOCATION:Here\r\n")]));
    expect((await ann.delete(`${ann.home}Team/b@m.ics`)).status).toBe(204);
    for (const summary of ["A1", "A2", "A3"]) {
      await ann.put(path, fileOf([event("a@m", summary), b]), ONE);
      expect(await standing(ann)).toEqual([summary, "C"]);
      expect((await ann.get(`${ann.home}Team/a@m.ics`)).text).toContain("LOCATION:Here");
    }
    await ann.put(path, fileOf([]), ONE);
    expect(await standing(ann), "c was never his, and what others did to a he never saw").toEqual(["A3", "C"]);
    await ann.get(path, ONE);
    await ann.put(path, fileOf([]), ONE);
    expect(await standing(ann)).toEqual([]);
  });

  it("lets the upload win where both changed the same, and an edit beat a removal; both are counted (PUB-13)", async () => {
    const ann = await prepared([a, b]);
    await ann.put(path, fileOf([event("a@m", "A1"), event("b@m", "B1")]), ONE);
    const { headers } = await ann.put(path, fileOf([event("a@m", "A2")]), TWO);
    expect(headers["kalends-result"]).toBe("added=0, replaced=1, unchanged=0, removed=0, merged=1, conflicts=2");
    expect(await standing(ann)).toEqual(["A2", "B1"]);
  });

  it("leaves items alone that the sender wrote anew and did not change: href, ETag and tag of the calendar (PUB-14)", async () => {
    const ann = await prepared([a, b]);
    const before = await listedEtags(ann, `${ann.home}Team/`);
    const rewritten = [event("b@m", "B"), event("a@m", "A")].map((each) =>
      each
        .replace("DTSTAMP:20260101", "DTSTAMP:20260909")
        .replace(/(SUMMARY:.)\r\n/, "")
        .replace("END", "SUMMARY:?\r\nEND"),
    );
    const file = fileOf([rewritten[0]?.replace("?", "B") ?? "", rewritten[1]?.replace("?", "A") ?? ""]);
    const put = await ann.put(path, file, ONE);
    expect(resultOf(put)).toBe("added=0, replaced=0, unchanged=2, removed=0");
    expect(sorted(await listedEtags(ann, `${ann.home}Team/`))).toEqual(sorted(before));
    expect((await ann.get(path, ONE)).text, "he gets his own bytes back (PUB-05)").toBe(file);
  });

  it("makes no change of sixty equal uploads, also of ones that others have added to (PUB-14)", async () => {
    const ann = await prepared([a]);
    await ann.put(path, fileOf([a, b]), ONE);
    const mine = fileOf([a, c]);
    await ann.put(path, mine, TWO);
    const token = await tokenOf(ann);
    for (let n = 0; n < 60; n += 1) expect((await ann.put(path, mine, TWO)).status).toBe(204);
    expect([await tokenOf(ann), await standing(ann)]).toEqual([token, ["A", "B", "C"]]);
  });

  it("replaces without looking where DeleteAll=1 asks for it, and in the realm that always does (PUB-13, CommuniGate Pro A7)", async () => {
    const ann = await prepared([a]);
    await ann.put(path, fileOf([a, b]), ONE);
    const { headers } = await ann.put(`${path}?DeleteAll=1`, fileOf([a, c]), TWO);
    expect(headers["kalends-result"]).toBe("added=1, replaced=0, unchanged=1, removed=1");
    expect(await standing(ann)).toEqual(["A", "C"]);
    await ann.put(path, fileOf([a]), TWO);
    expect(await standing(ann), "his upload is what he has since").toEqual(["A"]);
    await ann.get("/CalendarDataDel/Team.ics", TWO);
    await ann.put(`${ann.home}Team/b.ics`, fileOf([b]));
    await ann.put("/CalendarDataDel/Team.ics", fileOf([c]), TWO);
    expect(await standing(ann)).toEqual(["C"]);
  });

  it("changes nothing where another version is named, and replaces the one that is (PUB-13)", async () => {
    const ann = await prepared([a]);
    const old = (await ann.get(path, TWO)).headers["etag"] ?? "";
    await ann.put(path, fileOf([a, b]), ONE);
    const token = await tokenOf(ann);
    expect((await ann.put(path, fileOf([c]), { ...TWO, "If-Match": old })).status).toBe(412);
    expect(await tokenOf(ann)).toBe(token);
    const tag = (await ann.get(path, ONE)).headers["etag"] ?? "";
    await ann.put(path, fileOf([a, c]), { ...TWO, "If-Match": tag });
    expect(await standing(ann), "whoever names it has seen b").toEqual(["A", "C"]);
  });

  it("does not take a tag that was only asked for as a sign of having fetched (PUB-13)", async () => {
    const ann = await prepared([a]);
    await ann.put(path, fileOf([a, b]), ONE);
    await ann.put(path, fileOf([a, c]), TWO);
    const found = await ann.request("PROPFIND", path, { headers: { ...TWO, Depth: "0" } });
    const tag = /getetag>([^<]+)</.exec(found.text)?.[1]?.replaceAll("&quot;", '"') ?? "";
    const { status } = await ann.put(path, fileOf([event("a@m", "A1"), c]), { ...TWO, "If-Match": tag });
    expect([status, await standing(ann)]).toEqual([204, ["A1", "B", "C"]]);
  });

  it("takes nothing away that the sender was not shown: reminders, private items, other types (PUB-12, ICS-03)", async () => {
    const ann = await prepared([
      event("a@m", "A", ALARM),
      event("b@m", "B", ALARM),
      event("p@m", "P", "CLASS:PRIVATE\r\n"),
    ]);
    const task = "BEGIN:VTODO\r\nUID:t@m\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:T\r\nEND:VTODO\r\n";
    await ann.put("/CalendarData/Team.ics", fileOf([task]));
    await admin("publishing.cap", { domain: DOMAIN, level: "full" });
    await admin("publishing.level", { who: ann.login, level: "full" });
    const visitor = server.client(null);
    const url = `/ical/${DOMAIN}/${ann.login}/Team.ics`;
    const got = (await visitor.get(url)).text;
    expect(got).not.toMatch(/VALARM|SUMMARY:[PT]/);
    const { status } = await visitor.put(url, got.replace("SUMMARY:A", "SUMMARY:A1"));
    expect(status).toBe(204);
    expect(await standing(ann)).toEqual(["A1", "B", "P", "T"]);
    const { text } = await ann.get(`${ann.home}Team/a@m.ics`);
    expect(text).toContain("TRIGGER:-PT5M");
    await visitor.put(
      url,
      got.replace(/BEGIN:VEVENT\r\nUID:b@m.*?END:VEVENT\r\n/s, "").replace("SUMMARY:A", "SUMMARY:A1"),
    );
    expect(await standing(ann), "what he was shown and left out goes").toEqual(["A1", "P", "T"]);
    await admin("publishing.cap", { domain: DOMAIN, level: "read" });
  });

  it("takes a published message for news only where it is newer, and never over the owner's own meetings (FEED-02)", async () => {
    const ann: Person = await server.someone();
    const bob: Person = await server.someone();
    const at = (uid: string, summary: string, sequence: number, more = "") =>
      event(uid, summary, `SEQUENCE:${sequence}\r\n${more}`);
    const organized = `ORGANIZER:mailto:${ann.login}@${DOMAIN}\r\nATTENDEE:mailto:x@elsewhere.example\r\n`;
    await ann.put(path, fileOf([at("a@m", "A", 3), at("b@m", "B", 3), at("o@m", "O", 0, organized)]), ONE);
    await server.setRights(`~${ann.login}/Team`, bob.login, "lrid");
    const message = "METHOD:PUBLISH\r\n";
    const url = `/calendars/${ann.login}@${DOMAIN}/Team.ics`;
    const news = [at("a@m", "older", 2), at("b@m", "newer", 4), at("o@m", "taken over", 9)];
    const put = await bob.put(url, fileOf(news, message));
    expect(resultOf(put)).toBe("added=0, replaced=1, unchanged=2, removed=0, ignored=2");
    expect(await standing(ann)).toEqual(["A", "O", "newer"]);
    await bob.put(url, fileOf([], message));
    expect(await standing(ann), "nor is one taken away").toEqual(["A", "O"]);
    await ann.put("/CalendarData/Team.ics", fileOf([at("o@m", "O1", 1, organized), at("b@m", "B", 1)], message));
    await ann.put("/CalendarData/Team.ics", fileOf([at("b@m", "older", 0)], message));
    expect(await standing(ann), "the owner may, and adding heeds the age too").toEqual(["A", "B", "O1"]);
    for (const method of ["REQUEST", "REPLY", "CANCEL"]) {
      const refused = await ann.put(path, fileOf([a], `METHOD:${method}\r\n`));
      expect([refused.status, refused.text]).toEqual([403, expect.stringContaining(`METHOD:${method} is a message`)]);
    }
  });

  it("loses nothing where all of them write and fetch at the same moment (PUB-13)", async () => {
    const ann = await prepared([a]);
    const mine = new Map([ONE, TWO].map((agent) => [agent, [a]]));
    const upload = async (agent: typeof ONE): Promise<void> => {
      const { status } = await ann.put(path, fileOf(mine.get(agent) ?? []), agent);
      if (status === 503) return upload(agent);
      expect(status).toBe(204);
    };
    const rounds = [0, 1, 2, 3, 4, 5];
    for (const n of rounds) {
      for (const [agent, items] of mine) items.push(event(`${agent["User-Agent"].slice(0, 3)}${n}@m`, `${n}`));
      await Promise.all([
        upload(ONE),
        upload(TWO),
        ...[0, 1, 2].map((k) => ann.put(`${ann.home}Team/x${n}${k}.ics`, fileOf([event(`x${n}${k}@m`, "X")]))),
        ann.get(path, { "User-Agent": "Third" }),
      ]);
    }
    const expected = ["A", ...rounds.flatMap((n) => [`${n}`, `${n}`, "X", "X", "X"])];
    expect(await standing(ann)).toEqual(expected.sort());
  });

  it("begins anew for whoever deletes the file of a calendar that stays (PUB-06)", async () => {
    const ann: Person = await server.someone();
    await admin("publishing.add", { mailbox: `~${ann.login}/Calendar` });
    const url = "/calendars/Calendar.ics";
    await ann.put(url, fileOf([a, b]), ONE);
    await ann.delete(url, ONE);
    expect(await standing(ann, "Calendar")).toEqual([]);
    await ann.put(url, fileOf([a, b]), ONE);
    expect(await standing(ann, "Calendar")).toEqual(["A", "B"]);
  });

  it("costs those who fetch one statement at most, and those nothing who only read (PUB-13)", async () => {
    const ann = await prepared([a]);
    const visitor = server.client(null);
    const url = `/calendars/${ann.login}@${DOMAIN}/Team.ics`;
    await visitor.get(url);
    const read = await server.countStatements(() => visitor.get(url));
    const known = read.statements.filter((text) => text.includes("publisher_base"));
    expect(known).toEqual([]);
    const fetched = await server.countStatements(() => ann.get(path, ONE));
    expect(fetched.statements.filter((text) => text.includes("publisher_base"))).toHaveLength(1);
    await server.db.script("alter table publisher_base rename to elsewhere");
    try {
      expect((await ann.get(path, ONE)).status, "reading does not fail with it").toBe(200);
    } finally {
      await server.db.script("alter table elsewhere rename to publisher_base");
    }
  });

  it("keeps what was changed only as long as somebody may need it, and no more than some states (PUB-13)", async () => {
    const ann = await prepared([a, b], [ONE]);
    const kept = async () => (await server.db.one<{ n: number }>(sql`select count(*) as n from superseded_object`))?.n;
    const bases = async () =>
      (
        await server.db.one<{ n: number }>(sql`select count(*) as n from publisher_base b
        join collection c on c.id = b.collection_id join principal p on p.id = c.owner_id where p.login = ${ann.login}`)
      )?.n ?? 0;
    await server.db.rows(sql`delete from superseded_object`);
    for (let n = 0; n < 5; n += 1) await ann.put(`${ann.home}Team/a@m.ics`, fileOf([event("a@m", `A${n}`)]));
    expect(await kept(), "one state of a, as it was fetched").toBe(1);
    for (let n = 0; n < 40; n += 1) await ann.get(path, { "User-Agent": `Program ${"x".repeat(n)}` });
    expect(await bases()).toBeLessThan(36);
    await server.db.rows(dropOldBases(Date.now() + 1000));
    expect([await kept(), await bases()]).toEqual([0, 0]);
    await ann.put(path, fileOf([a]), ONE);
    expect(await standing(ann), "then the last one wins").toEqual(["A"]);
  });

  it("lets the last one win where the server is set so (PUB-13)", async () => {
    const simple = await startServer({ database, config: { publishing: { uploads: "last" } } });
    try {
      const ann: Person = await simple.someone();
      await ann.put(path, fileOf([a]), ONE);
      await ann.get(path, TWO);
      await ann.put(path, fileOf([a, b]), ONE);
      await ann.put(path, fileOf([a, c]), TWO);
      expect(await standing(ann)).toEqual(["A", "C"]);
    } finally {
      await simple.stop();
    }
  });
});
