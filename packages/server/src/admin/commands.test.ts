import { sql } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../config/load.js";
import { type OpenHouse, openHouse } from "../open-house.js";
import { AdminError } from "./command.js";
import { mailboxNamed } from "./mailbox.js";
import { runAdmin } from "./socket.js";

const env = { KALENDS_DATABASE: "embedded:memory", KALENDS_AUTH_BCRYPT_COST: "4", KALENDS_LOG_LEVEL: "silent" };

let opened: OpenHouse;
beforeAll(async () => {
  opened = await openHouse(loadConfig({ env, directory: "/nowhere" }));
  await run("user.add", { name: "ann", password: "correct horse", admin: false });
  await run("user.add", { name: "bob", password: "correct horse", admin: false });
});
afterAll(() => opened.close());

const run = (command: string, args: unknown) => runAdmin({ command, args }, opened.house, () => undefined);

describe("the rule for passwords", () => {
  const add = (password: string) => run("user.add", { name: "carl", password, admin: false });

  it.each([
    ["", "The password is empty"],
    ["seven77", "The password is too short"],
  ])("refuses %j with a sentence and makes no account", async (password, sentence) => {
    const refused = await add(password).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AdminError);
    expect(String(refused)).toContain(sentence);
    expect(await run("user.list", {})).toHaveLength(2);
  });

  it("holds for new passwords of accounts too", async () => {
    await expect(run("user.password", { name: "ann", password: "seven77" })).rejects.toThrow("too short");
  });

  it("counts characters, of which eight are enough", async () => {
    expect(await add("äöüäöü🗓🗓")).toMatchObject({ name: "carl", generated: null });
  });
});

describe("rights from the command line", () => {
  it("are a change of the home, so that devices hear of them with their next sync (ACL-85, SYNC-40)", async () => {
    const { house } = opened;
    const { collection } = await mailboxNamed(house, "~ann/Calendar");
    const revision = async () =>
      (
        await house.services.db.one<{ revision: number }>(
          sql`select h.revision from collection h join binding b on b.home_id = h.id where b.collection_id = ${collection.id}`,
        )
      )?.revision ?? 0;
    const before = await revision();
    await run("rights.set", { mailbox: "~ann/Calendar", who: "bob", letters: "lr" });
    expect(await revision()).toBe(before + 1);
    await run("rights.set", { mailbox: "~ann/Calendar", who: "bob", letters: "lr" });
    expect(await revision()).toBe(before + 1);
    await run("rights.set", { mailbox: "~ann/Calendar", who: "bob", letters: "" });
    expect(await revision()).toBe(before + 2);
  });
});
