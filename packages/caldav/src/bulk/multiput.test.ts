import { maskOf } from "@kalends/acl";
import { refuse } from "@kalends/dav-core";
import { cs, dav } from "@kalends/dav-xml";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  addCollection,
  grant,
  limits,
  lunch,
  openWorld,
  put,
  send,
  told,
  tokenOf,
  type World,
  xml,
} from "../../test/world.js";
import { CALENDAR_DATA } from "../calendar-data.js";
import { MaxAttendeesPerInstance } from "../conditions.js";
import type { ObjectGuard } from "../write/guards.js";

/** Refuses what is called "forbidden", and the removal of an object called "kept". */
const guard: ObjectGuard = {
  name: "strict",
  async check({ name, after }) {
    const bad = after === null ? name === "kept.ics" : after.includes("forbidden");
    if (bad) refuse(MaxAttendeesPerInstance, undefined);
    return undefined;
  },
};

let world: World;
let number = 0;
let id: Awaited<ReturnType<typeof addCollection>>;
let home: string;

beforeAll(async () => {
  world = await openWorld({ guards: [guard], emit: [] });
});
afterAll(() => world.db.close());
beforeEach(async () => {
  world.limits = limits;
  number += 1;
  home = `/CalDAV/~ann/Cal${number}/`;
  id = await addCollection(world, "ann", `Cal${number}`);
});

const data = (text: string) => `<C:calendar-data>${text}</C:calendar-data>`;
const set = (text: string, more = "") => `<D:set><D:prop>${data(text)}${more}</D:prop></D:set>`;
const href = (name: string) => `<D:href>${home}${name}.ics</D:href>`;
const ifMatch = (etag: string) => `<M:if-match><D:getetag>${etag}</D:getetag></M:if-match>`;
const remove = "<M:delete/>";
const multiput = (resources: readonly string[], as = "ann", headers: Readonly<Record<string, string>> = {}) => {
  const content = resources.map((each) => `<M:resource>${each}</M:resource>`).join("");
  const body = xml("M:multiput", content).replace("xmlns:D", 'xmlns:M="http://me.com/_namespace/" xmlns:D');
  return send(world, "POST", home, { as, body, headers: { "content-type": "application/xml", ...headers } });
};
const outcome = async (...resources: readonly string[]) =>
  told(await multiput(resources)).map((each) => [each.href, each.status, each.error?.replace(/.*\}/, "")]);
const textOf = async (name: string) => (await send(world, "GET", `${home}${name}.ics`)).text;
const statusOf = async (name: string) => (await send(world, "GET", `${home}${name}.ics`)).status;
const tagOf = async (name: string) => (await put(world, `${home}${name}.ics`, lunch(name))).headers.ETag ?? "";

describe("multiput", () => {
  it("creates, updates and deletes, each with its own answer (APL-05)", async () => {
    const [a] = [await tagOf("a"), await tagOf("b")];
    const changed = lunch("a").replace("Lunch", "Dinner");
    const answer = await multiput([set(lunch("c")), href("a") + ifMatch(a) + set(changed), href("b") + remove]);
    expect(told(answer).map((each) => [each.href, each.status])).toEqual([
      [`${home}c.ics`, 0],
      [`${home}a.ics`, 0],
      [`${home}b.ics`, 200],
    ]);
    expect([await textOf("c"), await textOf("a"), await statusOf("b")]).toEqual([lunch("c"), changed, 404]);
    const props = told(answer)[0]?.props;
    expect(props?.get(cs("uid"))?.el.text).toBe("c");
    expect(props?.get(dav("getetag"))?.el.text).toBe((await send(world, "GET", `${home}c.ics`)).headers.ETag);
    expect(answer.headers.CTag).toBe(await tokenOf(world, home));
  });

  it("answers 412 for each resource whose tag is another one, and does the rest (APL-05)", async () => {
    await tagOf("a");
    await tagOf("b");
    const changed = lunch("a").replace("Lunch", "Dinner");
    expect(
      await outcome(
        href("a") + ifMatch('"other"') + set(changed),
        href("b") + ifMatch('"other"') + remove,
        href("missing") + ifMatch('"x"') + set(lunch("x")),
        href("missing") + remove,
        set(lunch("c")),
      ),
    ).toEqual([
      [`${home}a.ics`, 412, undefined],
      [`${home}b.ics`, 412, undefined],
      [`${home}missing.ics`, 412, undefined],
      [`${home}missing.ics`, 404, undefined],
      [`${home}c.ics`, 0, undefined],
    ]);
    expect([await textOf("a"), await statusOf("b")]).toEqual([lunch("a"), 200]);
  });

  it("holds each to what holds for its own PUT or DELETE (APL-09, CAL-05, CAL-30)", async () => {
    for (const name of ["a", "b", "kept"]) await tagOf(name);
    expect(
      await outcome(
        set(lunch("a")),
        href("a") + set(lunch("z")),
        href("b") + set(lunch("b").replace("Lunch", "forbidden")),
        href("kept") + remove,
        set(lunch("w").replace(/DTSTART.*\r\n/, "")),
        set("nothing"),
        "<D:href>/CalDAV/~ann/Other/x.ics</D:href>" + remove,
        set(lunch("n")),
        set(lunch("n")),
      ),
    ).toEqual([
      ["", 409, "no-uid-conflict"],
      [`${home}a.ics`, 409, "no-uid-conflict"],
      [`${home}b.ics`, 403, "max-attendees-per-instance"],
      [`${home}kept.ics`, 403, "max-attendees-per-instance"],
      ["", 403, "valid-calendar-data"],
      ["", 403, "valid-calendar-data"],
      ["/CalDAV/~ann/Other/x.ics", 404, undefined],
      [`${home}n.ics`, 0, undefined],
      ["", 409, "no-uid-conflict"],
    ]);
    expect([await textOf("a"), await textOf("b"), await statusOf("kept")]).toEqual([lunch("a"), lunch("b"), 200]);
  });

  it("lets a UID move to another name, and a name be changed once (APL-05)", async () => {
    await tagOf("a");
    expect((await outcome(href("a") + remove, set(lunch("a"))))[1]?.[1]).toBe(0);
    await put(world, `${home}t.ics`, lunch("t"));
    expect((await outcome(href("t") + set(lunch("t")), href("t") + remove)).map(([, status]) => status)).toEqual([
      0, 409,
    ]);
  });

  it("takes for each change the right it needs, and names it (APL-09, ACL-71)", async () => {
    await tagOf("a");
    await grant(world, id, "bob", maskOf("l", "r", "i"));
    const answer = await multiput([set(lunch("n")), href("a") + set(lunch("a")), href("a") + remove], "bob");
    expect(told(answer).map(({ status, error }) => [status, error])).toEqual([
      [0, undefined],
      [403, dav("need-privileges")],
      [403, dav("need-privileges")],
    ]);
    home = `/CalDAV/~ann/Hidden${number}/`;
    await addCollection(world, "ann", `Hidden${number}`);
    expect((await multiput([set(lunch("n"))], "bob")).status).toBe(404);
  });

  it("sets other properties with the data, or neither (APL-06)", async () => {
    const a = await tagOf("a");
    const note = '<note xmlns="urn:x">mine</note>';
    const noted = await multiput([href("a") + ifMatch(a) + set(lunch("a"), note), set(lunch("n"), note)]);
    expect(told(noted).map(({ props }) => props.get("{urn:x}note")?.status)).toEqual([200, 200]);
    const body = xml("D:propfind", '<D:prop><note xmlns="urn:x"/></D:prop>');
    for (const name of ["a", "n"]) {
      const [kept] = told(await send(world, "PROPFIND", `${home}${name}.ics`, { headers: { depth: "0" }, body }));
      expect(kept?.props.get("{urn:x}note")).toMatchObject({ status: 200, el: { text: "mine" } });
    }
    const guarded = "<D:getetag>x</D:getetag>";
    const bad = await multiput([
      href("a") + set(lunch("a").replace("Lunch", "Dinner"), guarded + note),
      href("n") + set(lunch("other"), note),
      set("nothing", note),
    ]);
    const told3 = told(bad).map(({ props }) =>
      [CALENDAR_DATA, dav("getetag"), "{urn:x}note" as const].map((name) => props.get(name)?.status),
    );
    expect(told3).toEqual([
      [424, 403, 424],
      [409, undefined, 424],
      [403, undefined, 424],
    ]);
    expect(await textOf("a")).toBe(lunch("a"));
  });

  it("refuses the whole beyond its limits and for a CTag that is over (APL-07, APL-08)", async () => {
    world.limits = { ...limits, bulkResources: 2, bulkSize: 2000, xmlSize: 2000 };
    const token = await tokenOf(world, home);
    expect((await multiput([set(lunch("a")), set(lunch("b")), set(lunch("c"))])).status).toBe(403);
    expect((await multiput([set(lunch("a"))], "ann", { "content-length": "2001" })).status).toBe(413);
    const stale = await multiput([set(lunch("a"))], "ann", { if: "(<http://me.com/_namespace/ctag/old>)" });
    expect([stale.status, stale.text.includes("<ME:ctag-ok/>")]).toEqual([412, true]);
    expect((await multiput(["<D:href>x</D:href>"])).status).toBe(400);
    expect(await tokenOf(world, home)).toBe(token);
  });

  it("takes a constant number of statements, whatever the number of resources (APL-05)", async () => {
    const uids = (count: number, by: string) => Array.from({ length: count }, (_, n) => set(lunch(`${by}${n}`)));
    const few = await multiput(uids(2, "f"));
    const lots = await multiput(uids(60, "l"));
    const gone = await multiput(Array.from({ length: 60 }, (_, n) => href(`l${n}`) + remove));
    expect(told(gone).map(({ status }) => status)).toEqual(Array(60).fill(200));
    expect([lots.statements, gone.statements]).toEqual([few.statements, few.statements]);
  });
});
