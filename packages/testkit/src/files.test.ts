import { Agent, request } from "node:http";
import { sweepContents } from "@kalends/files";
import { sql } from "@kalends/store";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eachDatabase } from "./databases.js";
import { startServer, type TestServer } from "./server.js";

const MiB = 1024 * 1024;
const auth = (login: string) => `Basic ${Buffer.from(`${login}:${login}`).toString("base64")}`;

eachDatabase("files as streams", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ database, config: { limits: { fileSize: 40 * MiB, filesQuota: 64 * MiB } } });
  });
  afterAll(() => server.stop());

  const contents = async () => (await server.db.one<{ n: number }>(sql`select count(*) as n from content`))?.n ?? 0;

  /** Sends pieces of one MiB without saying how many; `breakAt` = the connection is cut after so many. */
  function stream(login: string, path: string, pieces: number, breakAt = Infinity): Promise<number> {
    const { hostname, port } = new URL(server.base);
    const headers = { Authorization: auth(login), "Content-Type": "application/x-test" };
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, method: "PUT", path, headers, agent: new Agent() }, (answer) => {
        answer.resume();
        answer.on("end", () => resolve(answer.statusCode ?? 0));
      });
      sent.on("error", reject);
      const more = (n: number): void => {
        if (n >= breakAt) sent.destroy(new Error("cut"));
        else if (n >= pieces) sent.end();
        else sent.write(Buffer.alloc(MiB, n), () => more(n + 1));
      };
      more(0);
    });
  }

  const download = (login: string, path: string): Promise<{ octets: number; right: boolean }> => {
    const { hostname, port } = new URL(server.base);
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, path, headers: { Authorization: auth(login) } }, (answer) => {
        let octets = 0;
        let right = true;
        answer.on("data", (piece: Buffer) => {
          const wanted = Math.floor(octets / MiB) % 256;
          right &&= piece[0] === wanted;
          octets += piece.length;
        });
        answer.on("error", reject);
        answer.on("end", () => resolve({ octets, right }));
      });
      sent.on("error", reject);
      sent.end();
    });
  };

  it("takes a large body of unknown length, and gives it and parts of it (DAV-60, DAV-127, RFC 9110 9.3.4)", async () => {
    const ann = await server.someone();
    expect(await stream(ann.login, "/WebDAV/big.bin", 36)).toBe(201);
    expect(await download(ann.login, "/WebDAV/big.bin")).toEqual({ octets: 36 * MiB, right: true });
    const part = await ann.get("/WebDAV/big.bin", { Range: `bytes=${3 * MiB - 2}-${3 * MiB + 1}` });
    expect([part.status, part.text]).toEqual([206, "\u0002\u0002\u0003\u0003"]);
  });

  it("keeps the old file when an upload breaks off, and nothing of the new one (DAV-61)", async () => {
    const ann = await server.someone();
    await ann.put("/WebDAV/f.txt", "old");
    const before = await contents();
    await expect(stream(ann.login, "/WebDAV/f.txt", 8, 4)).rejects.toThrow("cut");
    expect((await ann.get("/WebDAV/f.txt")).text).toBe("old");
    await expect.poll(contents, { timeout: 10_000 }).toBe(before);
    expect(server.faults).toEqual([]);
  });

  it("refuses what is too large for a file, or for the account, before or while it arrives (DAV-141, RFC 4331 6)", async () => {
    const ann = await server.someone();
    const before = await contents();
    expect(await stream(ann.login, "/WebDAV/large.bin", 42)).toBe(413);
    expect(await stream(ann.login, "/WebDAV/one.bin", 33)).toBe(201);
    expect(await stream(ann.login, "/WebDAV/two.bin", 33)).toBe(507);
    expect(await contents()).toBe(before + 1);
    const copied = await ann.request("COPY", "/WebDAV/one.bin", { headers: { Destination: "/WebDAV/two.bin" } });
    expect([copied.status, copied.text]).toEqual([507, expect.stringContaining("quota-not-exceeded")]);
    expect(await stream(ann.login, "/WebDAV/one.bin", 34)).toBe(204);
  });

  it("shares contents between copies and sweeps those that nothing points at any more (DAV-75)", async () => {
    const ann = await server.someone();
    await sweepContents(server.db, { graceSeconds: 0 });
    const before = await contents();
    await ann.put("/WebDAV/a.txt", "text");
    await ann.request("COPY", "/WebDAV/a.txt", { headers: { Destination: "/WebDAV/b.txt" } });
    await ann.delete("/WebDAV/a.txt");
    expect(await sweepContents(server.db)).toBe(0);
    expect(await sweepContents(server.db, { graceSeconds: 0 })).toBe(0);
    expect((await ann.get("/WebDAV/b.txt")).text).toBe("text");
    await ann.delete("/WebDAV/b.txt");
    expect(await sweepContents(server.db, { graceSeconds: 0 })).toBe(1);
    expect(await contents()).toBe(before);
  });

  it("lets one of many who create the same file be first, and the others fail (DAV-122)", async () => {
    const ann = await server.someone();
    const names = ["a", "b", "c", "d", "e", "f"];
    const all = await Promise.all(names.map((text) => ann.put("/WebDAV/race.txt", text, { "If-None-Match": "*" })));
    expect(all.map(({ status }) => status).sort()).toEqual([201, 412, 412, 412, 412, 412]);
    const first = names[all.findIndex(({ status }) => status === 201)];
    expect((await ann.get("/WebDAV/race.txt")).text).toBe(first);
  });

  it("holds writes to a lock that is given while they are under way (DAV-95)", async () => {
    const ann = await server.someone();
    await ann.put("/WebDAV/f.txt", "old");
    const lock = `<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>`;
    const slow = stream(ann.login, "/WebDAV/f.txt", 24);
    const locked = await ann.request("LOCK", "/WebDAV/f.txt", { body: lock });
    const status = await slow;
    expect([locked.status, [204, 423].includes(status)]).toEqual([200, true]);
    expect((await ann.put("/WebDAV/f.txt", "new")).status).toBe(423);
  });

  it("answers no more of a tree at once than is allowed, and refuses the depth then (DAV-21)", async () => {
    const small = await startServer({ database, config: { limits: { filesPerListing: 3, filesPerAccount: 5 } } });
    const ann = await small.someone();
    const statuses: number[] = [];
    for (const name of ["a", "b", "c"]) await ann.request("MKCOL", `/WebDAV/${name}/`);
    const listing = () => ann.request("PROPFIND", "/WebDAV/", { headers: { Depth: "infinity" } });
    statuses.push((await listing()).status);
    await ann.put("/WebDAV/a/x", "x");
    const refused = await listing();
    expect([...statuses, refused.status]).toEqual([207, 403]);
    expect(refused.text).toContain("propfind-finite-depth");
    await ann.put("/WebDAV/a/y", "y");
    expect((await ann.put("/WebDAV/a/z", "z")).status).toBe(507);
    await small.stop();
  });
});
