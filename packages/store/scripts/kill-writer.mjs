// Writes for ever to the database given, printing "name etag" after each acknowledged commit: kill-writer.mjs URL ROUND
import { writeSync } from "node:fs";
import { openDatabase, sql, writeObjects } from "@kalends/store";

const [url = "", round = "0"] = process.argv.slice(2);
const db = await openDatabase({ url, poolSize: 4 });
const { id: collection } = await db.one(sql`select id from collection where kind = 'calendar' limit 1`);
writeSync(1, "ready\n");
const write = async (lane) => {
  for (let i = 0; ; i++) {
    const name = i % 2 ? `hot-${lane}` : `r${round}-${lane}-${i}`;
    const etag = `${round}.${lane}.${i}`;
    const member = {
      name,
      uid: name,
      component: "VEVENT",
      etag,
      size: 1200,
      data: "x".repeat(1200),
      firstStart: 0,
      lastEnd: null,
      recurring: false,
      index: "{}",
      scheduleTag: null,
      expect: "none",
    };
    await db.rows(writeObjects({ collection, by: null, via: "test", members: [member], removals: [] }));
    writeSync(1, `${name} ${etag}\n`);
  }
};
await Promise.all([0, 1, 2, 3].map(write));
