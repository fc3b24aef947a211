import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import {
  addAccountAlias,
  createAppPassword,
  createDomain,
  principalNamed,
  readAudit,
  setEnabled,
  setPassword,
} from "@kalends/accounts";
import type { CredentialScope } from "@kalends/store";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { busyFile, busyLines, januaryQuery, MONDAY, TUESDAY } from "./busy-files.js";
import type { DavClient } from "./client/client.js";
import { type DataWay, type FtpClient, openFtp } from "./client/ftp.js";
import { eachDatabase } from "./databases.js";
import { DOMAIN, startServer, type TestServer } from "./server.js";

const fixture = (name: string) => fileURLToPath(new URL(`../../../test-fixtures/tls/${name}`, import.meta.url));
const TLS = { certificate: fixture("certificate.pem"), key: fixture("key.pem") };
const NOW = Date.UTC(2026, 0, 5, 12);
const auth = { bcryptCost: 4, failures: 4, accountFailures: 1000, addressFailures: 1000 };

type Person = DavClient & { readonly login: string; readonly home: string };

eachDatabase("FTP for free/busy files", (database) => {
  let server: TestServer;
  let bob: Person;
  let ann: Person;
  let secret: string;
  const open: FtpClient[] = [];

  beforeAll(async () => {
    const ftp = { listen: "127.0.0.1:0", connectionsPerAddress: 200, connections: 200, ...TLS };
    server = await startServer({ database, clock: () => NOW, config: { ftp, auth } });
    await createDomain(server.db, "cal.other.example");
  });
  afterAll(() => server.stop());

  const passwordOf = async (who: Person, scope: CredentialScope) => {
    const { id } = await principalNamed(server.db, who.login, DOMAIN);
    return createAppPassword(server.db, randomBytes, id, { label: "Outlook 98", scope });
  };
  beforeEach(async () => {
    [bob, ann] = [await server.someone(), await server.someone()];
    secret = await passwordOf(bob, { access: "free-busy" });
  });
  afterEach(() => {
    for (const client of open.splice(0)) client.close();
    expect(server.faults).toEqual([]);
  });

  const connect = async () => {
    const client = await openFtp(server.ftpPort);
    open.push(client);
    return client;
  };
  const asBob = async () => {
    const client = await connect();
    expect(await client.signIn(bob.login, secret)).toMatchObject({ code: 230 });
    return client;
  };
  const path = () => `/pub/calendar/${bob.login}.vfb`;
  const told = async () => busyLines((await server.client(null).get(`/calendar/${bob.login}.vfb`)).text);

  it.each<DataWay>(["EPSV", "PASV", "EPRT", "PORT"])(
    "publishes over %s; others read it by HTTP, and free-busy-query says the same (VFB-02, VFB-13, VFB-15)",
    async (way) => {
      const client = await asBob();
      expect(await client.upload(`STOR ${path()}`, busyFile(MONDAY), way)).toMatchObject({ code: 226 });
      expect(busyLines((await ann.get(`/calendar/${bob.login}.vfb`)).text)).toEqual([MONDAY]);
      expect(busyLines((await ann.report(`${bob.home}Calendar/`, januaryQuery)).text)).toEqual([MONDAY]);
      expect(await client.upload(`STOR ${path()}`, busyFile(TUESDAY), way)).toMatchObject({ code: 226 });
      expect(await told()).toEqual([TUESDAY]);
      const read = await client.download(`RETR ${path()}`, way);
      expect([read.code, busyLines(read.data)]).toEqual([226, [TUESDAY]]);
      expect(read.data).toBe((await bob.get(path())).text);
    },
  );

  it("is one account by name, whole name, alias, and what stands for the name (VFB-02)", async () => {
    await addAccountAlias(server.db, `${bob.login}@${DOMAIN}`, DOMAIN, `b.${bob.login}`);
    const names = [bob.login.toUpperCase(), `${bob.login}@${DOMAIN}`, `b.${bob.login}`, "%NAME%"];
    for (const [n, name] of names.entries()) {
      const client = await connect();
      const who = name === "%NAME%" ? bob.login : name;
      expect([name, (await client.signIn(who, secret)).code]).toEqual([name, 230]);
      const line = `FREEBUSY:202601${10 + n}T090000Z/202601${10 + n}T100000Z`;
      const { code } = await client.upload(`STOR /pub/calendar/${name}.vfb`, busyFile(line));
      expect([name, code, await told()]).toEqual([name, 226, [line]]);
    }
  });

  it("lists one folder with one file, and tells its size and time (VFB-13)", async () => {
    const client = await asBob();
    expect(await client.say("PWD")).toMatchObject({ code: 257, text: expect.stringContaining('"/"') });
    expect(await client.download("LIST -la")).toMatchObject({
      code: 226,
      data: expect.stringMatching(/^dr-x.* pub\r\n$/),
    });
    expect((await client.say("CWD pub")).code).toBe(250);
    expect((await client.download("NLST")).data).toBe("calendar\r\n");
    expect((await client.say("CWD calendar/")).code).toBe(250);
    expect((await client.download("LIST")).data).toBe("");
    await client.upload(`STOR ${bob.login}.vfb`, busyFile(MONDAY));
    const size = Buffer.byteLength((await bob.get(path())).text);
    const line = new RegExp(`^-rw-------   1 owner    group +${size} Jan  5 12:00 ${bob.login}\\.vfb\r\n$`);
    expect((await client.download("LIST")).data).toMatch(line);
    expect((await client.download(`LIST /pub/calendar/${bob.login}.vfb`)).data).toMatch(line);
    const facts = `type=file;size=${size};modify=20260105120000;perm=drw; ${bob.login}.vfb`;
    expect((await client.download("MLSD")).data).toBe(`${facts}\r\n`);
    expect(await client.say(`MLST ${bob.login}.vfb`)).toMatchObject({
      code: 250,
      text: expect.stringContaining(facts),
    });
    expect((await client.say(`SIZE ${bob.login}.vfb`)).text).toBe(`213 ${size}\r\n`);
    expect((await client.say(`MDTM ${bob.login}.vfb`)).text).toBe("213 20260105120000\r\n");
    expect((await client.say("CDUP")).code).toBe(250);
    expect((await client.say("PWD")).text).toContain('"/pub"');
    expect((await client.say(`DELE calendar/${bob.login}.vfb`)).code).toBe(250);
    expect((await client.say(`DELE calendar/${bob.login}.vfb`)).code).toBe(550);
    expect((await bob.get(path())).status).toBe(404);
  });

  it("has no other path, by whatever way it is named, and nobody else's file (VFB-13)", async () => {
    await ann.request("PUT", `/pub/calendar/${ann.login}.vfb`, { body: busyFile(TUESDAY) });
    const client = await asBob();
    const elsewhere = [
      "/etc/passwd",
      "bob.vfb",
      "/pub/other.vfb",
      "/pub/calendar/x/y.vfb",
      "/pub/calendar/../../pub/x.vfb",
      "/WebDAV/x.vfb",
      "C:\\x.vfb",
      "/pub/calendar/x.txt",
      `/pub/calendar/${ann.login}.vfb`,
      "/pub/calendar/nosuch.vfb",
      `${path()}/`,
      `/pub/calendar/..%2f${bob.login}.vfb`,
    ];
    for (const name of elsewhere) {
      expect([name, (await client.upload(`STOR ${name}`, busyFile(MONDAY))).code]).toEqual([name, 550]);
      expect([name, (await client.download(`RETR ${name}`)).code]).toEqual([name, 550]);
      for (const command of ["DELE", "SIZE", "MDTM", "CWD", "MKD", "RMD", "RNFR"]) {
        expect([command, name, (await client.say(`${command} ${name}`)).code]).toEqual([command, name, 550]);
      }
    }
    expect((await client.say("CWD ../../..")).text).toContain("You are in /.");
    expect((await client.upload(`STOR ../../pub/./calendar/${bob.login}.vfb`, busyFile(MONDAY))).code).toBe(226);
    for (const command of ["APPE", "STOU", "REST 5", "RNTO x", "SITE CHMOD 777 x", "ACCT x", "XYZ", "SMNT /", "HELP"]) {
      expect([command, (await client.say(command)).code]).toEqual([command, 502]);
    }
    expect(busyLines((await server.client(null).get(`/calendar/${ann.login}.vfb`)).text)).toEqual([TUESDAY]);
  });

  it("refuses what is no free/busy file with 553, what is too large with 552, and keeps the old one (VFB-10, VFB-13)", async () => {
    const client = await asBob();
    await client.upload(`STOR ${path()}`, busyFile(MONDAY));
    const event = busyFile(MONDAY).replaceAll("VFREEBUSY", "VEVENT");
    const bad: readonly (readonly [number, string, string])[] = [
      [553, "an event", event],
      [553, "two", busyFile(MONDAY, "END:VFREEBUSY", "BEGIN:VFREEBUSY", TUESDAY)],
      [553, "nothing", ""],
      [553, "text", "busy on Tuesday"],
      [553, "half a file", busyFile(TUESDAY).slice(0, -20)],
      [552, "an octet too many", busyFile(TUESDAY).padEnd(256 * 1024 + 1, "\n")],
      [552, "far too much", "x".repeat(4 * 1024 * 1024)],
    ];
    for (const [code, what, body] of bad) {
      expect([what, (await client.upload(`STOR ${path()}`, body)).code]).toEqual([what, code]);
      expect(await told()).toEqual([MONDAY]);
    }
    const [note] = (await client.upload(`STOR ${path()}`, event)).text.split("\r\n");
    expect(note).toBe("553 A free/busy file holds no VEVENT, only one VFREEBUSY.");
    expect((await client.upload(`STOR ${path()}`, busyFile(TUESDAY).padEnd(256 * 1024, "\n"))).code).toBe(226);
    expect(await told()).toEqual([TUESDAY]);
  });

  it("takes in the clear only passwords that open free/busy files alone, over TLS others too (VFB-13)", async () => {
    const wide = await passwordOf(bob, {});
    const reader = await passwordOf(bob, { access: "read" });
    for (const password of [bob.login, wide, reader]) {
      const plain = await connect();
      expect(await plain.signIn(bob.login, password)).toMatchObject({
        code: 530,
        text: expect.stringContaining("app password"),
      });
      expect((await plain.say(`SIZE ${path()}`)).code).toBe(530);
      const encrypted = await connect();
      expect((await encrypted.encrypt()).code).toBe(234);
      expect((await encrypted.signIn(bob.login, password)).code).toBe(230);
      const { code } = await encrypted.upload(`STOR ${path()}`, busyFile(MONDAY));
      expect(code).toBe(password === reader ? 553 : 226);
      expect(busyLines((await encrypted.download(`RETR ${path()}`)).data)).toEqual([MONDAY]);
    }
  });

  it("encrypts commands and data on demand, and forgets what was said in the clear before (VFB-13, RFC 4217)", async () => {
    const client = await connect();
    expect((await client.say("PBSZ 0")).code).toBe(503);
    expect((await client.say("AUTH GSSAPI")).code).toBe(504);
    expect((await client.signIn(bob.login, secret)).code).toBe(230);
    expect((await client.encrypt()).code).toBe(234);
    expect((await client.say("PWD")).code).toBe(530);
    expect((await client.say("AUTH TLS")).code).toBe(503);
    expect((await client.say("PROT S")).code).toBe(504);
    await client.signIn(bob.login, bob.login);
    for (const way of ["EPSV", "PASV", "PORT", "EPRT"] as const) {
      expect([way, (await client.upload(`STOR ${path()}`, busyFile(MONDAY), way)).code]).toEqual([way, 226]);
      expect([way, busyLines((await client.download(`RETR ${path()}`, way)).data)]).toEqual([way, [MONDAY]]);
    }
    const injected = await connect();
    injected.write(`AUTH TLS\r\nUSER ${bob.login}\r\n`);
    expect((await injected.next()).code).toBe(234);
    await injected.handshake();
    expect((await injected.say(`PASS ${secret}`)).code).toBe(503);
  });

  it("knows the domain by the whole name, and by the host of the handshake (VFB-13, RFC 6066 3)", async () => {
    const name = `carl${bob.login}`;
    await server.admin("user.add", { name: `${name}@cal.other.example`, password: "carl-of-other" });
    const whole = await connect();
    await whole.encrypt();
    expect((await whole.signIn(`${name}@cal.other.example`, "carl-of-other")).code).toBe(230);
    const here = await connect();
    await here.encrypt("cal.other.example");
    expect((await here.signIn(name, "carl-of-other")).code).toBe(230);
    expect((await here.upload(`STOR /pub/calendar/${name}.vfb`, busyFile(MONDAY))).code).toBe(226);
    const read = await server.client(null).get(`/calendar/cal.other.example/${name}.vfb`);
    expect(busyLines(read.text)).toEqual([MONDAY]);
    const elsewhere = await connect();
    await elsewhere.encrypt("localhost");
    expect((await elsewhere.signIn(name, "carl-of-other")).code).toBe(530);
  });

  it("counts wrong passwords together with those of HTTP, both ways, and tells the audit log (VFB-13)", async () => {
    const wrong = async (n: number) => {
      const client = await connect();
      return client.signIn(bob.login, `wrong ${n}`);
    };
    expect([await wrong(1), await wrong(2), await wrong(3), await wrong(4)].map(({ code }) => code)).toEqual([
      530, 530, 530, 530,
    ]);
    expect((await wrong(5)).text).toContain("Too many failed sign-ins");
    const overHttp = await server.client(bob.login, "wrong 6").get(path());
    expect(overHttp.status).toBe(429);
    for (let n = 0; n < 4; n += 1) await server.client(ann.login, `wrong ${n}`).get("/CalDAV/");
    const held = await connect();
    await held.encrypt();
    expect((await held.signIn(ann.login, ann.login)).text).toContain("Too many failed sign-ins");
    const app = await connect();
    expect((await app.signIn(bob.login, secret)).code).toBe(230);
    const { id } = await principalNamed(server.db, bob.login, DOMAIN);
    const entries = await readAudit(server.db, { principal: id, limit: 50 });
    const failed = entries.find(({ kind }) => kind === "sign-in.failed");
    expect(failed).toMatchObject({ times: 4, agent: "FTP" });
    expect(entries.find(({ kind, agent }) => kind === "sign-in.device" && agent === "FTP")).toBeDefined();
    expect(JSON.stringify(entries)).not.toContain("wrong 1");
  });

  it("ends a connection after three wrong passwords, and knows nobody without one (VFB-13)", async () => {
    const client = await connect();
    expect((await client.signIn("nosuch", "a")).code).toBe(530);
    expect((await client.say("PASS again")).code).toBe(503);
    expect((await client.signIn("anonymous", "me@home")).code).toBe(530);
    expect((await client.signIn("bad:name", "c")).code).toBe(421);
    expect((await client.next()).code).toBe(0);
    const other = await connect();
    for (const command of ["PWD", "EPSV", "LIST", "STOR x", "CWD /", "TYPE I", "MKD x"]) {
      expect([command, (await other.say(command)).code]).toEqual([command, 530]);
    }
  });

  it("asks for the password again when it was changed or the account disabled meanwhile (VFB-13)", async () => {
    const { id } = await principalNamed(server.db, bob.login, DOMAIN);
    const client = await asBob();
    await setPassword(server.db, server.house.passwords, id, "a new password");
    expect((await client.upload(`STOR ${path()}`, busyFile(MONDAY))).code).toBe(530);
    expect((await client.say("PWD")).code).toBe(530);
    // What was remembered of the app password is stale, and looked at again.
    expect((await client.signIn(bob.login, secret)).code).toBe(230);
    expect((await client.upload(`STOR ${path()}`, busyFile(MONDAY))).code).toBe(226);
    await setEnabled(server.db, id, false);
    expect((await client.say(`SIZE ${path()}`)).code).toBe(530);
    expect((await client.signIn(bob.login, secret)).code).toBe(530);
    expect((await server.client(null).get(`/calendar/${bob.login}.vfb`)).status).toBe(404);
  });

  it("leaves a file alone that a publishing client has locked, and one the administrator switched off (VFB-13)", async () => {
    const client = await asBob();
    const body = `<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>`;
    const locked = await bob.request("LOCK", path(), { body });
    expect((await client.upload(`STOR ${path()}`, busyFile(MONDAY))).code).toBe(450);
    await bob.request("UNLOCK", path(), { headers: { "Lock-Token": locked.headers["lock-token"] ?? "" } });
    await server.admin("freebusy.set", { name: bob.login, access: "off" });
    expect((await client.upload(`STOR ${path()}`, busyFile(MONDAY))).code).toBe(553);
    expect((await bob.get(path())).status).toBe(404);
  });
});

it("listens only where a setting says so (VFB-13)", async () => {
  const server = await startServer();
  expect(server.ftpPort).toBe(0);
  await server.stop();
});

it("demands TLS for names, passwords and data where a setting says so (VFB-13)", async () => {
  const server = await startServer({
    clock: () => NOW,
    config: { ftp: { listen: "127.0.0.1:0", requireTls: true, ...TLS } },
  });
  try {
    await server.createAccount("bob");
    const plain = await openFtp(server.ftpPort);
    expect((await plain.say("USER bob")).code).toBe(530);
    expect((await plain.say("PASS bob")).code).toBe(503);
    plain.close();
    const client = await openFtp(server.ftpPort);
    await client.encrypt();
    expect((await client.signIn("bob", "bob")).code).toBe(230);
    expect((await client.say("PROT C")).code).toBe(534);
    expect((await client.upload("STOR /pub/calendar/bob.vfb", busyFile(MONDAY))).code).toBe(226);
    client.close();
  } finally {
    await server.stop();
  }
});

it.each([
  ["limited", true, 530],
  ["limited", false, 530],
  ["any", false, 230],
] as const)("under passwords: %s the account's own one over TLS (%s) is %i (VFB-13)", async (passwords, tls, code) => {
  const server = await startServer({ config: { ftp: { listen: "127.0.0.1:0", passwords, ...TLS } } });
  try {
    await server.createAccount("bob");
    const client = await openFtp(server.ftpPort);
    if (tls) await client.encrypt();
    expect((await client.signIn("bob", "bob")).code).toBe(code);
    client.close();
  } finally {
    await server.stop();
  }
});
