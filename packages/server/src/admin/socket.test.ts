import { mkdtempSync, rmSync, statSync } from "node:fs";
import { connect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../config/load.js";
import { type OpenHouse, openHouse } from "../open-house.js";
import { askServer, connectAdmin } from "./client.js";
import { AdminError, type Output, type Progress } from "./command.js";
import { listenForAdmin } from "./socket.js";

const env = { KALENDS_DATABASE: "embedded:memory", KALENDS_AUTH_BCRYPT_COST: "4", KALENDS_LOG_LEVEL: "silent" };

let directory: string;
let path: string;
let opened: OpenHouse;
let server: Server;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "kalends-admin-"));
  path = join(directory, "admin.sock");
  opened = await openHouse(loadConfig({ env, directory }));
  server = await listenForAdmin(path, opened.house);
});
afterAll(async () => {
  server.close();
  await opened.close();
  rmSync(directory, { recursive: true });
});

/** One command as the command line sends it to a running server. */
async function ask(
  command: string,
  args: unknown,
  progress: Progress = () => undefined,
  out?: Output,
): Promise<unknown> {
  const socket = await connectAdmin(path);
  if (!socket) throw new Error("nobody listens");
  return askServer(socket, { command, args }, progress, out);
}

const refusalOf = async (command: string, args: unknown): Promise<unknown> =>
  ask(command, args).catch((error: unknown) => error);

const newcomer = (name: string) => ask("user.add", { name, password: "correct horse", admin: false });

function eventsText(count: number, title: string): string {
  const events = Array.from({ length: count }, (_, i) =>
    ["BEGIN:VEVENT", `UID:${i}@test`, "DTSTAMP:20260101T000000Z", "DTSTART:20260110T090000Z", `SUMMARY:${title}`]
      .concat("END:VEVENT")
      .join("\r\n"),
  );
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", ...events, "END:VCALENDAR", ""].join("\r\n");
}

describe("the private socket of a running server", () => {
  it("can be opened only by the account that runs the server", () => {
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("is not there when no server runs", async () => {
    expect(await connectAdmin(join(directory, "nobody.sock"))).toBeNull();
  });

  it("answers with the result of the command", async () => {
    expect(await newcomer("rita")).toEqual({ name: "rita", generated: null });
    expect(await ask("user.list", {})).toContainEqual({
      name: "rita@localhost",
      displayName: "rita",
      enabled: true,
      isAdmin: false,
      aliases: [],
    });
  });

  it("gives back a password it made", async () => {
    expect(await ask("user.add", { name: "gena", password: null, admin: false })).toMatchObject({
      generated: expect.stringMatching(/^\S{12,}$/),
    });
  });

  it("says what went wrong in the words of the command", async () => {
    await newcomer("twin");
    const refused = await refusalOf("user.add", { name: "twin", password: "correct horse", admin: false });
    expect(refused).toBeInstanceOf(AdminError);
    expect(refused).toMatchObject({ message: '"twin@localhost" exists already.' });
  });

  it("names the mailboxes there are when one is not found", async () => {
    await newcomer("mara");
    expect(await refusalOf("rights.show", { mailbox: "~mara/Team" })).toMatchObject({
      message: expect.stringMatching(/^mara has no mailbox "Team"; there are: Calendar, Tasks/),
    });
  });

  it("refuses a domain that is not hosted", async () => {
    expect(await refusalOf("user.list", { domain: "nope.example" })).toMatchObject({
      message: expect.stringContaining('no domain "nope.example"'),
    });
  });

  it("tells a command of another version apart", async () => {
    expect(await refusalOf("user.frobnicate", {})).toMatchObject({ message: expect.stringContaining("restart it") });
  });

  it("reports progress before the result", async () => {
    await newcomer("ivo");
    const seen: (readonly [number, number])[] = [];
    const report = await ask("import", { mailbox: "~ivo/Calendar", text: eventsText(3, "A") }, (...p) => seen.push(p));
    expect(report).toEqual({ added: 3, replaced: 0, unchanged: 0, refused: [] });
    expect(seen).toEqual([
      [0, 3],
      [3, 3],
    ]);
  });

  it("gives a large result whole", async () => {
    await newcomer("lara");
    const text = eventsText(300, "x".repeat(4000));
    await ask("import", { mailbox: "~lara/Calendar", text });
    const parts: Uint8Array[] = [];
    const out = async (octets: Uint8Array) => void parts.push(octets);
    expect(await ask("export", { mailbox: "~lara/Calendar" }, undefined, out)).toEqual({ objects: 300 });
    const exported = Buffer.concat(parts).toString();
    expect(exported.match(/^UID:/gm)).toHaveLength(300);
    expect(exported.endsWith("END:VCALENDAR\r\n")).toBe(true);
    expect(parts.length).toBeGreaterThan(1);
  });

  it("goes on after a connection that says nothing or nonsense", async () => {
    for (const text of ["", "nonsense\n"]) {
      await new Promise<void>((resolve) => {
        const socket = connect(path, () => socket.end(text));
        socket.on("close", () => resolve()).resume();
      });
    }
    expect(await ask("domain.list", {})).toHaveLength(1);
  });

  it("explains rights that were set", async () => {
    await newcomer("olaf");
    await newcomer("pia");
    expect(await ask("rights.set", { mailbox: "~olaf/Calendar", who: "pia", letters: "lri" })).toMatchObject({
      who: "pia",
      letters: "lri",
    });
    const told = await ask("rights.explain", { who: "pia", place: "~olaf/Calendar", method: "put" });
    expect(told).toMatchObject({ answer: "allowed", letters: expect.stringContaining("i") });
    expect((told as { sentences: string[] }).sentences).toContain("pia@localhost may add items (Insert).");
    expect(await refusalOf("rights.set", { mailbox: "~olaf/Calendar", who: "pia", letters: "x" })).toMatchObject({
      message: expect.stringContaining('"x" cannot be set'),
    });
  });
});
