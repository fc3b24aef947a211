import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "./server.js";

interface Answer {
  readonly status: number;
  readonly challenges: readonly string[];
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** One request with exactly this Authorization; the challenges as they stand in separate fields. */
const ask = (base: string, authorization?: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers = { Depth: "0", ...(authorization === undefined ? {} : { Authorization: authorization }) };
    const sent = request(`${base}/CalDAV/`, { method: "PROPFIND", headers }, (answer) => {
      const challenges = answer.rawHeaders.filter((_, n) => answer.rawHeaders[n - 1] === "WWW-Authenticate" && n % 2);
      let text = "";
      answer.on("data", (part) => (text += String(part)));
      answer.on("end", () =>
        resolve({ status: answer.statusCode ?? 0, challenges, retryAfter: answer.headers["retry-after"], text }),
      );
    });
    sent.on("error", reject);
    sent.end();
  });
const basic = (login: string, password: string) => `Basic ${Buffer.from(`${login}:${password}`).toString("base64")}`;
const BASIC = 'Basic realm="Kalends", charset="UTF-8"';

describe("the challenge (DSC-14, RFC 9110 11.6.1)", () => {
  let server: TestServer;
  let withTokens: TestServer;
  let dead: Server;
  beforeAll(async () => {
    dead = createServer((_request, response) => response.writeHead(500).end());
    await new Promise<void>((resolve) => dead.listen(0, "127.0.0.1", resolve));
    const issuer = `http://127.0.0.1:${(dead.address() as AddressInfo).port}`;
    server = await startServer();
    withTokens = await startServer({ config: { auth: { bcryptCost: 4, oidc: { issuer } } } });
    for (const each of [server, withTokens]) await each.createAccount("ann");
  });
  afterAll(async () => {
    await server.stop();
    await withTokens.stop();
    dead.close();
  });

  it("offers Basic alone where no issuer is set, and does not read tokens", async () => {
    expect(await ask(server.base)).toMatchObject({ status: 401, challenges: [BASIC] });
    expect(await ask(server.base, basic("ann", "wrong"))).toMatchObject({ status: 401, challenges: [BASIC] });
    expect(await ask(server.base, "Bearer x.y.z")).toMatchObject({ status: 401, challenges: [BASIC] });
  });

  it("offers Bearer beside Basic where one is set, each in a field of its own (RFC 6750 3)", async () => {
    const both = { status: 401, challenges: [BASIC, 'Bearer realm="Kalends"'] };
    expect(await ask(withTokens.base)).toMatchObject(both);
    expect(await ask(withTokens.base, basic("ann", "wrong"))).toMatchObject(both);
    expect((await ask(withTokens.base, basic("ann", "ann"))).status).toBe(207);
  });

  it("is 503 with Retry-After while nobody can check the credentials", async () => {
    const answer = await ask(withTokens.base, "Bearer x.y.z");
    expect(answer).toMatchObject({ status: 503, retryAfter: "30", challenges: [] });
    expect(answer.text).toContain("try again later");
  });
});
