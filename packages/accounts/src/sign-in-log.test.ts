import { sql } from "@kalends/store";
import { beforeEach, describe, expect, it } from "vitest";
import { openDesk, PASSWORD, passwords } from "../test/desk.js";
import { createAccount } from "./accounts.js";
import { readAudit } from "./audit.js";

const desk = openDesk();
const { ask, signIn } = desk;

describe("the audit log of sign-ins", () => {
  const entries = async (kind: string) =>
    (await readAudit(desk.db, { kind, limit: 1000 })).map(({ account, actor, address, times, detail }) => ({
      account,
      actor,
      address,
      times,
      detail,
    }));
  beforeEach(() => desk.db.rows(sql`delete from audit`));

  it("tells of a program once, whatever its version, and of others beside it", async () => {
    await createAccount(desk.db, passwords, { login: "fay", domain: "mail.example", password: PASSWORD });
    await desk.db.rows(sql`delete from audit`);
    const from = (agent: string) => desk.sender.authenticate({ ...signIn("fay"), agent });
    for (const agent of ["Reader/1.0", "Reader/1.1", "Other/7"]) {
      desk.sender = desk.open();
      expect((await from(agent)).ok).toBe(true);
    }
    expect(await entries("sign-in")).toEqual(
      ["Reader", "Other"].map(() => ({
        account: "fay@mail.example",
        actor: "fay@mail.example",
        address: "10.0.0.1",
        times: 1,
        detail: "with password",
      })),
    );
  });

  it("counts failures by the hour, names nobody who does not exist, and tells of a lock", async () => {
    const typed = "my secret password";
    for (let n = 0; n < 20; n++) await ask("ann", `wrong ${n}`, `10.0.${n}.1`);
    await ask(typed, "wrong", "10.9.0.1");
    await ask("ann", "wrong again", "10.0.1.1");
    const failed = await entries("sign-in.failed");
    expect(failed.find(({ address }) => address === "10.0.1.1")).toMatchObject({
      account: "ann@mail.example",
      times: 1,
    });
    expect(failed.find(({ address }) => address === "10.9.0.1")?.account).toBe("(unknown)");
    expect(JSON.stringify(failed)).not.toMatch(/secret|wrong \d/);
    expect(await entries("sign-in.locked")).toEqual([
      expect.objectContaining({ account: "ann@mail.example", times: 1 }),
    ]);
    desk.now += 3_600_000;
    for (const n of [1, 2]) await ask("ann", `wrong ${n}`, "10.0.1.1");
    expect((await entries("sign-in.failed")).at(-1)).toMatchObject({ address: "10.0.1.1", times: 2 });
  });
});
