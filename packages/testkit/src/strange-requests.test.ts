import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WireShot } from "./fuzz/shot.js";
import { openWire, type Wire } from "./fuzz/wire.js";
import { startServer, type TestServer } from "./server.js";

describe("requests no client library sends", () => {
  let server: TestServer;
  let wire: Wire;
  beforeAll(async () => {
    server = await startServer();
    await server.createAccount("ann");
    wire = openWire(server.base);
  });
  afterAll(async () => {
    wire.close();
    await server.stop();
  });

  const say = async (...pieces: readonly string[]) => {
    const shot: WireShot = { kind: "by hand", pieces, ending: "answer" };
    const { replies } = await wire.send(shot);
    return replies.map(({ status }) => status);
  };
  const AUTHORIZATION = `Authorization: Basic ${Buffer.from("ann:ann").toString("base64")}`;

  it("an absolute target without a path is the root (DAV-17, RFC 9112 3.2.2)", async () => {
    expect(await say("GET http:// HTTP/1.1\r\nHost: a\r\n\r\n")).toEqual([200]);
    expect(
      await say(`PROPFIND http://mail.example HTTP/1.1\r\nHost: a\r\nDepth: 0\r\n${AUTHORIZATION}\r\n\r\n`),
    ).toEqual([207]);
  });

  it("a target that is neither path nor URL is malformed (DAV-17, RFC 9112 3.2)", async () => {
    expect(await say("GET x://[ HTTP/1.1\r\nHost: a\r\n\r\n")).toEqual([400]);
  });

  it("a Host that makes no URL does not keep anybody from the time zones (RFC 7808 5)", async () => {
    expect(await say("GET /tz/zones?pattern=Europe HTTP/1.1\r\nHost: a b\r\n\r\n")).toEqual([200]);
  });
});
