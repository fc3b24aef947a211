import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../database.js";
import { raw, sql } from "../sql.js";
import { engines } from "./engines.js";

describe.each(engines)("a statement of its own between two transactions on $name", (engine) => {
  let db: Database;
  beforeAll(async () => {
    db = await engine.open({ random: () => 0, deadlineMs: 10_000 });
    await db.script("create table turn (who text not null)");
  });
  afterAll(() => db.close());

  it("is in neither of them: what it wrote stays when the later one is rolled back", async () => {
    for (let round = 0; round < 20; round += 1) {
      const before = db.write(async (tx) => tx.rows(sql`insert into turn values ('before')`));
      const plain = db.rows(sql`insert into turn values ('plain')`);
      const after = db.write(async (tx) => {
        await tx.rows(sql`insert into turn values ('after')`);
        throw new RangeError("rolled back");
      });
      await Promise.all([before, plain, expect(after).rejects.toThrow(RangeError)]);
    }
    const counts = sql`select who, count(*) as n from turn group by who order by who`;
    expect(await db.rows(counts)).toEqual([
      { who: "before", n: 20 },
      { who: "plain", n: 20 },
    ]);
  });

  it("does not spoil the later one when it fails itself", async () => {
    for (let round = 0; round < 20; round += 1) {
      const before = db.write(async (tx) => tx.rows(raw("select 1")));
      const plain = db.rows(raw("select 1 / 0"));
      const after = db.write(async (tx) => tx.one<{ n: number }>(raw("select 2 as n")));
      const [, , value] = await Promise.all([before, expect(plain).rejects.toThrow(), after]);
      expect(value).toEqual({ n: 2 });
    }
  });
});
