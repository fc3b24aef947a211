import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compose } from "../compose.js";
import { loadConfig } from "../config/load.js";
import { type OpenHouse, openHouse } from "../open-house.js";
import { tidy } from "../upkeep.js";
import { AdminError } from "./command.js";
import type { AuditListing } from "./commands/audit.js";
import { runAdmin } from "./socket.js";
import { timeFrom } from "./times.js";

const env = {
  KALENDS_DATABASE: "embedded:memory",
  KALENDS_AUTH_BCRYPT_COST: "4",
  KALENDS_LOG_LEVEL: "silent",
  KALENDS_AUDIT_DAYS: "1",
};
const PASSWORD = "correct horse";

let opened: OpenHouse;
beforeAll(async () => {
  opened = await openHouse(loadConfig({ env, directory: "/nowhere" }));
  for (const name of ["ann", "bob"]) await run("user.add", { name, password: PASSWORD, admin: false });
});
afterAll(() => opened.close());

const run = (command: string, args: unknown) => runAdmin({ command, args }, opened.house, () => undefined);
const audit = async (args: object = {}) => (await run("audit", { limit: 100, ...args })) as readonly AuditListing[];
const told = async (args?: object) => (await audit(args)).map(({ kind, account, detail }) => [kind, account, detail]);

describe("the audit log from the command line", () => {
  it("tells of accounts, credentials and rights, who did it, and no secret", async () => {
    const made = (await run("user.app-password.create", { name: "ann", label: "phone" })) as { generated: string };
    await run("user.password", { name: "ann", password: "another secret" });
    await run("user.enabled", { name: "bob", enabled: false });
    await run("rights.set", { mailbox: "~ann/Calendar", who: "bob", letters: "lr" });
    await run("rights.set", { mailbox: "~ann/Calendar", who: "bob", letters: "lr" });
    await run("rights.set", { mailbox: "~ann/Calendar", who: "-bob", letters: "d" });
    await run("rights.set", { mailbox: "~ann/Calendar", who: "bob", letters: "" });
    expect(await told()).toEqual([
      ["account.added", "ann@localhost", "user"],
      ["account.added", "bob@localhost", "user"],
      ["credential.app-password", "ann@localhost", "made: phone"],
      ["credential.password", "ann@localhost", "new password"],
      ["account.changed", "bob@localhost", "disabled"],
      ["rights.changed", "ann@localhost", "~ann/Calendar: bob has lr"],
      ["rights.changed", "ann@localhost", "~ann/Calendar: -bob has d"],
      ["rights.changed", "ann@localhost", "~ann/Calendar: bob removed"],
    ]);
    const entries = await audit();
    expect(new Set(entries.map(({ by }) => by))).toEqual(new Set(["command line"]));
    expect(JSON.stringify(entries)).not.toMatch(new RegExp(`${made.generated.slice(4)}|another secret|${PASSWORD}`));
  });

  it("can be asked for an account, a kind, a time, the newest", async () => {
    expect(await told({ account: "bob" })).toHaveLength(2);
    expect(await told({ kind: "credential" })).toHaveLength(2);
    expect(await told({ kind: "rights.changed", limit: 1 })).toEqual([
      ["rights.changed", "ann@localhost", "~ann/Calendar: bob removed"],
    ]);
    expect(await told({ since: "2100-01-01" })).toEqual([]);
    expect((await told({ since: "1h" })).length).toBe(8);
    await expect(audit({ kind: "frob" })).rejects.toThrow("there are: sign-in.device");
    await expect(audit({ account: "nobody" })).rejects.toThrow("no account");
    await expect(audit({ since: "yesterday" })).rejects.toBeInstanceOf(AdminError);
  });

  it("keeps entries as long as it is told", async () => {
    const { services } = opened.house;
    const after = (days: number) => ({
      ...opened.house,
      services: { ...services, clock: () => services.clock() + days * 86_400_000 },
    });
    await tidy(after(0.9));
    expect(await audit()).toHaveLength(8);
    await tidy(after(1.1));
    expect(await audit()).toEqual([]);
  });
});

describe("a locked account", () => {
  it("is let in again by a command", async () => {
    const { authenticator, config } = opened.house;
    const ask = async (password: string, n = 0) => {
      const authorization = `Basic ${Buffer.from(`ann@${config.domain}:${password}`).toString("base64")}`;
      const result = await authenticator.authenticate({ authorization, address: `10.0.${n}.1`, domain: null });
      return result.ok ? "in" : result.reason;
    };
    for (let n = 0; n < 100; n++) expect(await ask(`wrong ${n}`, n)).toBe("wrong");
    expect(await ask("another secret", 200)).toBe("throttled");
    await run("user.unlock", { name: "ann" });
    const other = openHouseOn();
    expect(await other("another secret")).toBe("in");
  });
});

/** The same database seen by a process that knows nothing yet. */
function openHouseOn() {
  const { house } = opened;
  const { db } = house.services;
  const fresh = compose({ config: house.config, db, offload: house.offload, log: house.log, ready: () => true });
  return async (password: string) => {
    const authorization = `Basic ${Buffer.from(`ann@${house.config.domain}:${password}`).toString("base64")}`;
    const result = await fresh.authenticator.authenticate({ authorization, address: "10.1.0.1", domain: null });
    return result.ok ? "in" : result.reason;
  };
}

describe("times", () => {
  const now = Date.UTC(2026, 0, 31, 12);
  it("are dates, instants, or lengths from now or before", () => {
    expect(timeFrom("2026-02-01", now, "end")).toBe(Date.UTC(2026, 1, 2));
    expect(timeFrom("2026-02-01", now, "begin")).toBe(Date.UTC(2026, 1, 1));
    expect(timeFrom("2026-02-01T10:30Z", now, "end")).toBe(Date.UTC(2026, 1, 1, 10, 30));
    expect(timeFrom("2w", now, "end")).toBe(now + 14 * 86_400_000);
    expect(timeFrom("12h", now, "begin")).toBe(now - 43_200_000);
    for (const text of ["", "soon", "2026-13-01", "5", "1y"])
      expect(() => timeFrom(text, now, "end")).toThrow("no time");
  });
});
