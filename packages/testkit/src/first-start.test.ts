import { ensureAdmin, ensureDefaultDomain } from "@kalends/server";
import { afterEach, beforeEach, expect, it } from "vitest";
import { eachDatabase } from "./databases.js";
import { startServer, type TestServer } from "./server.js";

const PASSWORD = "chosen-by-somebody";

eachDatabase("a first start", (database) => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startServer({ database, config: { adminPassword: PASSWORD } });
  });
  afterEach(() => server.stop());

  it("makes the account admin once, also where several processes start at the same time", async () => {
    const made = await Promise.all([1, 2, 3].map(() => ensureAdmin(server.house)));
    expect(made.filter((each) => each !== null)).toEqual([{ name: "admin", password: null }]);
    expect(await ensureAdmin(server.house)).toBeNull();
  });

  it("makes the default domain once, also where several processes start at the same time", async () => {
    await Promise.all([1, 2, 3].map(() => ensureDefaultDomain(server.db, "new.example")));
    const found = await server.admin<readonly { name: string }[]>("domain.list", {});
    expect(found.filter(({ name }) => name === "new.example")).toHaveLength(1);
  });

  it("takes the password of the settings", async () => {
    await ensureAdmin(server.house);
    expect((await server.client("admin", PASSWORD).get("/CalendarData/Calendar.ics")).status).toBe(200);
  });
});
