import { sql } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addCollection, lunch, openWorld, put, send, tokenOf, type World } from "../../test/world.js";
import type { ObjectGuard } from "./guards.js";

/** A guard that runs once, between the judgement of a request and its statement: the place where others get in. */
function intruder() {
  let act: (() => Promise<unknown>) | undefined;
  const guard: ObjectGuard = {
    name: "intruder",
    async check() {
      const now = act;
      act = undefined;
      await now?.();
      return undefined;
    },
  };
  return { guard, next: (action: () => Promise<unknown>) => (act = action) };
}

const spy = intruder();
let world: World;
const path = "/CalDAV/~ann/Cal/";

beforeAll(async () => {
  world = await openWorld({ guards: [spy.guard], emit: [] });
  await addCollection(world, "ann", "Cal");
});
afterAll(() => world.db.close());

const text = (uid: string, summary: string) => lunch(uid).replace("Lunch", summary);

describe("two writers at once", () => {
  it("judges If-Match against what is there when the write happens (DAV-08, SYNC-83)", async () => {
    const made = await put(world, `${path}a.ics`, text("a", "first"));
    spy.next(() => put(world, `${path}a.ics`, text("a", "intruder")));
    const late = await put(world, `${path}a.ics`, text("a", "late"), { "if-match": made.headers.ETag ?? "" });
    expect(late.status).toBe(412);
    expect((await send(world, "GET", `${path}a.ics`)).text).toContain("intruder");
  });

  it("lets an unconditional PUT win over what came in between (RFC 9110 9.3.4)", async () => {
    await put(world, `${path}b.ics`, text("b", "first"));
    spy.next(() => put(world, `${path}b.ics`, text("b", "intruder")));
    expect((await put(world, `${path}b.ics`, text("b", "late"))).status).toBe(204);
    expect((await send(world, "GET", `${path}b.ics`)).text).toContain("late");
  });

  it("answers 412 to If-None-Match when the name was taken meanwhile (RFC 9110 13.1.2)", async () => {
    spy.next(() => put(world, `${path}c.ics`, text("c", "intruder")));
    expect((await put(world, `${path}c.ics`, text("c", "late"), { "if-none-match": "*" })).status).toBe(412);
  });

  it("finds the UID taken meanwhile under another name (CAL-05, CAL-30)", async () => {
    spy.next(() => put(world, `${path}d1.ics`, text("d", "intruder")));
    const late = await put(world, `${path}d2.ics`, text("d", "late"));
    expect(late.status).toBe(409);
    expect(late.text).toContain("d1.ics");
  });

  it("creates anew what was deleted meanwhile, and answers 412 where that was not asked (DAV-08)", async () => {
    const { headers } = await put(world, `${path}e.ics`, text("e", "first"));
    spy.next(() => send(world, "DELETE", `${path}e.ics`));
    expect((await put(world, `${path}e.ics`, text("e", "late"))).status).toBe(201);
    spy.next(() => send(world, "DELETE", `${path}e.ics`));
    expect((await put(world, `${path}e.ics`, text("e", "later"), { "if-match": headers.ETag ?? "" })).status).toBe(412);
  });

  it("answers 409 when the calendar itself was removed meanwhile (RFC 4918 9.7.1)", async () => {
    const id = await addCollection(world, "ann", "Brief");
    spy.next(() => world.db.rows(sql`delete from collection where id = ${id}`));
    expect((await put(world, "/CalDAV/~ann/Brief/a.ics", text("a", "late"))).status).toBe(409);
  });

  it("leaves the token alone when a guard refuses (SYNC-81)", async () => {
    const token = await tokenOf(world, path);
    spy.next(() => Promise.reject(new Error("no")));
    await expect(put(world, `${path}f.ics`, text("f", "x"))).rejects.toThrow("no");
    expect(await tokenOf(world, path)).toBe(token);
  });
});
