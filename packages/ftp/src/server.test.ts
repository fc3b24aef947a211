import { connect, createServer, type Socket } from "node:net";
import { type DataWay, type FtpClient, openFtp, portIn } from "@kalends/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FtpRefusal } from "./answer.js";
import type { FtpArea } from "./area.js";
import type { FtpEvent, FtpOptions } from "./options.js";
import { createFtpServer, type FtpServer } from "./server.js";

/** An area in memory; files called `fault` break. */
function memoryArea(files: Map<string, Uint8Array>): FtpArea {
  const fileOf = (name: string, data: Uint8Array) => ({ name, size: data.length, modifiedAt: 0 });
  const found = (name: string): Uint8Array => {
    if (name === "fault") throw new Error("the disk is gone: /secret/path");
    const data = files.get(name);
    if (!data) throw new FtpRefusal(550, `no ${name}`);
    return data;
  };
  return {
    list: async () => [...files].map(([name, data]) => fileOf(name, data)),
    read: async (name) => ({ file: fileOf(name, found(name)), data: found(name) }),
    checkWrite: async () => undefined,
    async write(name, data) {
      const isThere = files.has(name);
      files.set(name, data);
      return isThere ? "replaced" : "added";
    },
    async remove(name) {
      found(name);
      files.delete(name);
    },
  };
}

let ftp: FtpServer;
let port: number;
let files: Map<string, Uint8Array>;
let events: FtpEvent[];
let faults: unknown[];
const clients: FtpClient[] = [];
const sockets: Socket[] = [];

async function start(more: Partial<FtpOptions> = {}): Promise<void> {
  files = new Map();
  events = [];
  faults = [];
  ftp = createFtpServer({
    folder: ["box"],
    greeting: "hello",
    signIn: async ({ name, password }) =>
      name === password ? { ok: true, who: name, area: memoryArea(files) } : { ok: false, text: "No." },
    secureContext: null,
    requireTls: false,
    passive: { ports: null, address: null },
    active: true,
    size: 1000,
    connections: 10,
    connectionsPerAddress: 10,
    addressBlock: (address) => address,
    idle: 60_000,
    transfer: 60_000,
    clock: () => 0,
    random: () => 0.5,
    log: (event) => events.push(event),
    fault: (error) => `fault-${faults.push(error)}`,
    ...more,
  });
  ({ port } = await ftp.listen("127.0.0.1", 0));
}

beforeEach(() => start());
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  await ftp.close(0);
});

async function client(signIn = true): Promise<FtpClient> {
  const made = await openFtp(port);
  clients.push(made);
  if (signIn) await made.signIn("bob", "bob");
  return made;
}

const dial = (to: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(to, "127.0.0.1", () => resolve(socket));
    sockets.push(socket);
    socket.on("error", reject);
  });

async function restart(more: Partial<FtpOptions>): Promise<void> {
  await ftp.close(0);
  await start(more);
}

describe("an FTP server", () => {
  it.each<DataWay>(["PASV", "EPSV", "PORT", "EPRT"])(
    "takes and gives files over %s (RFC 959, RFC 2428)",
    async (way) => {
      const one = await client();
      expect((await one.upload("STOR /box/a", "hello", way)).code).toBe(226);
      expect(await one.download("RETR /box/a", way)).toMatchObject({ code: 226, data: "hello" });
      expect(await one.download("NLST /box", way)).toMatchObject({ code: 226, data: "a\r\n" });
    },
  );

  it("opens data connections to the client's own address and high ports alone (RFC 2577 3)", async () => {
    const one = await client();
    const refused = [
      "PORT 192,0,2,7,195,80",
      "PORT 127,0,0,1,0,25",
      "EPRT |1|192.0.2.7|50000|",
      "EPRT |1|127.0.0.1|1023|",
    ];
    for (const line of refused) expect([line, (await one.say(line)).code]).toEqual([line, 504]);
    expect((await one.say("STOR /box/a")).code).toBe(425);
    await restart({ active: false });
    expect((await (await client()).say("PORT 127,0,0,1,195,80")).code).toBe(502);
  });

  it("says 425 when nobody waits at the address, and 150 is not the last word", async () => {
    const waiting = createServer();
    await new Promise<void>((resolve) => waiting.listen(0, "127.0.0.1", resolve));
    const { port: closed } = waiting.address() as { port: number };
    await new Promise((resolve) => waiting.close(resolve));
    const one = await client();
    await one.say(`EPRT |1|127.0.0.1|${closed}|`);
    expect((await one.say("NLST /")).code).toBe(150);
    expect((await one.next()).code).toBe(425);
  });

  it("keeps to its range of ports and says when it is used up; a new PASV frees the port of the one before", async () => {
    const spare = createServer();
    await new Promise<void>((resolve) => spare.listen(0, "127.0.0.1", resolve));
    const { port: taken } = spare.address() as { port: number };
    await restart({ passive: { ports: { from: taken, to: taken }, address: "192.0.2.99" } });
    const one = await client();
    expect((await one.say("EPSV")).code).toBe(425);
    await new Promise((resolve) => spare.close(resolve));
    for (let n = 0; n < 3; n += 1) expect(portIn(await one.say("EPSV"))).toBe(taken);
    expect((await one.say("PASV")).text).toContain(`(192,0,2,99,${taken >> 8},${taken & 255})`);
  });

  it("serves the first who comes to a passive port, and stops listening there", async () => {
    const one = await client();
    const where = portIn(await one.say("EPSV"));
    const first = await dial(where);
    await expect(dial(where)).rejects.toThrow("ECONNREFUSED");
    one.write("STOR /box/a\r\n");
    expect((await one.next()).code).toBe(150);
    first.end("first");
    expect((await one.next()).code).toBe(226);
    expect(Buffer.from(files.get("a") ?? []).toString()).toBe("first");
  });

  it("takes only EPSV after EPSV ALL, and only the network it is on (RFC 2428 3, 4)", async () => {
    const one = await client();
    expect((await one.say("EPSV 2")).code).toBe(522);
    expect((await one.say("EPSV 1")).code).toBe(229);
    expect((await one.say("EPSV ALL")).code).toBe(200);
    for (const line of ["PASV", "PORT 127,0,0,1,195,80", "EPRT |1|127.0.0.1|50000|"])
      expect((await one.say(line)).code).toBe(503);
    expect((await one.upload("STOR /box/a", "x", "EPSV")).code).toBe(226);
  });

  it("ends a transfer on ABOR and keeps the file before (RFC 959 4.1.3)", async () => {
    const one = await client();
    await one.upload("STOR /box/a", "old");
    const data = await dial(portIn(await one.say("EPSV")));
    expect((await one.say("STOR /box/a")).code).toBe(150);
    data.on("error", () => data.destroy());
    data.write("new");
    one.write(Buffer.from([0xff, 0xf4, 0xff, 0xf2, ...Buffer.from("ABOR\r\n")]));
    expect([(await one.next()).code, (await one.next()).code]).toEqual([426, 226]);
    expect(Buffer.from(files.get("a") ?? []).toString()).toBe("old");
    expect((await one.say("ABOR")).code).toBe(226);
  });

  it("keeps the file before when the rest of a file, or the data connection, does not come in time", async () => {
    await restart({ transfer: 150 });
    const one = await client();
    await one.upload("STOR /box/a", "old");
    const silent = await dial(portIn(await one.say("EPSV")));
    silent.on("error", () => silent.destroy());
    expect((await one.say("STOR /box/a")).code).toBe(150);
    silent.write("new");
    expect((await one.next()).code).toBe(426);
    await one.say("EPSV");
    one.write("RETR /box/a\r\n");
    expect([(await one.next()).code, (await one.next()).code]).toEqual([150, 425]);
    expect(Buffer.from(files.get("a") ?? []).toString()).toBe("old");
  });

  it("ends silent connections with 421, signed in or not", async () => {
    await restart({ idle: 100 });
    const [one, other] = [await client(), await client(false)];
    expect([(await one.next()).code, (await one.next()).code]).toEqual([421, 0]);
    expect([(await other.next()).code, (await other.next()).code]).toEqual([421, 0]);
  });

  it("takes no more connections than it may, from one address and in all", async () => {
    await restart({ connectionsPerAddress: 2 });
    const [one] = [await client(), await client()];
    const third = await client(false);
    expect([third.greeting.code, (await third.next()).code]).toEqual([421, 0]);
    expect((await one?.say("QUIT"))?.code).toBe(221);
    expect((await one?.next())?.code).toBe(0);
    // The place is free as soon as both sides are gone.
    const codes: number[] = [];
    while (codes.length < 100 && codes.at(-1) !== 220) codes.push((await client(false)).greeting.code);
    expect(codes.at(-1)).toBe(220);
    await restart({ connections: 1 });
    await client();
    expect((await client(false)).greeting.code).toBe(421);
  });

  it("sends away who says too much at once, or lines without end", async () => {
    const one = await client();
    one.write("NOOP\r\n".repeat(1000));
    const codes = new Set<number>();
    for (let { code } = await one.next(); code !== 0; { code } = await one.next()) codes.add(code);
    expect([...codes].filter((code) => code !== 200)).toEqual([421]);
    const other = await client(false);
    other.write("x".repeat(100_000));
    expect((await other.next()).code).toBe(421);
  });

  it("answers commands one after the other, in their order", async () => {
    const one = await client();
    one.write("PWD\r\nCWD box\r\nPWD\r\nnoop\r\n\r\nSYST\r\n");
    const codes: number[] = [];
    for (let n = 0; n < 6; n += 1) codes.push((await one.next()).code);
    expect(codes).toEqual([257, 250, 257, 200, 502, 215]);
  });

  it("tells nothing of its inside when something breaks: 451 with an id of the log", async () => {
    const one = await client();
    const said = await one.say("SIZE /box/fault");
    expect(said.text).toBe("451 Something went wrong; the log knows it as fault-1.\r\n");
    expect(faults).toEqual([new Error("the disk is gone: /secret/path")]);
  });

  it("tells the log who did what, without passwords and without names of strangers", async () => {
    const one = await client(false);
    await one.signIn("bob", "a secret");
    await one.signIn("bob", "bob");
    await one.upload("STOR /box/a", "x");
    await one.say("DELE /etc/secret");
    expect(events).toMatchObject([
      { command: "PASS", who: null, code: 530 },
      { command: "PASS", who: "bob", code: 230, address: "127.0.0.1" },
      { command: "STOR", path: "/box/a", who: "bob", code: 226, isEncrypted: false },
      { command: "DELE", code: 550 },
    ]);
    expect(JSON.stringify(events)).not.toContain("secret");
  });

  it("knows the transfer parameters there are, and says what it can (RFC 959 3, RFC 2389)", async () => {
    const one = await client();
    const said = async (line: string) => (await one.say(line)).code;
    for (const line of ["TYPE I", "TYPE A", "type a n", "TYPE L 8", "MODE S", "STRU F", "OPTS UTF8 ON", "OPTS utf8"]) {
      expect([line, await said(line)]).toEqual([line, 200]);
    }
    for (const line of ["TYPE E", "MODE B", "STRU R"]) expect([line, await said(line)]).toEqual([line, 504]);
    expect(await said("OPTS MLST size;")).toBe(501);
    expect((await one.say("FEAT")).text).toMatch(
      /^211-Features:\r\n EPRT\r\n EPSV\r\n MDTM\r\n MLST [^]* UTF8\r\n211 End\r\n$/,
    );
    expect(await said("AUTH TLS")).toBe(502);
  });

  it("stops: idle clients hear 421, a transfer is finished, nobody new comes", async () => {
    const [idle, busy] = [await client(), await client()];
    const data = await dial(portIn(await busy.say("EPSV")));
    expect((await busy.say("STOR /box/a")).code).toBe(150);
    const closed = ftp.close(10_000);
    expect([(await idle.next()).code, (await idle.next()).code]).toEqual([421, 0]);
    await expect(dial(port)).rejects.toThrow("ECONNREFUSED");
    data.end("the rest");
    expect([(await busy.next()).code, (await busy.next()).code, (await busy.next()).code]).toEqual([226, 421, 0]);
    await closed;
    expect(Buffer.from(files.get("a") ?? []).toString()).toBe("the rest");
  });

  it("cuts what is left after the time of grace", async () => {
    const one = await client();
    const data = await dial(portIn(await one.say("EPSV")));
    data.on("error", () => data.destroy());
    expect((await one.say("STOR /box/a")).code).toBe(150);
    await ftp.close(50);
    expect((await one.next()).code).toBe(0);
    expect(files.size).toBe(0);
  });
});
