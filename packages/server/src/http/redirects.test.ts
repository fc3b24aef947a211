import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Koa from "koa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../config/load.js";
import { createOrigins } from "./origin.js";
import { redirects } from "./redirects.js";

let server: Server;

beforeAll(async () => {
  const app = new Koa();
  app.use(
    redirects(createOrigins(loadConfig({ env: { KALENDS_PUBLIC_URL: "https://cal.example" }, directory: "/nowhere" }))),
  );
  server = createServer(app.callback());
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
});
afterAll(() => server.close());

/** Status and target of a request without credentials. */
const ask = (method: string, path: string): Promise<readonly [number | undefined, string | undefined]> =>
  new Promise((answered, failed) => {
    const { port } = server.address() as AddressInfo;
    request({ host: "127.0.0.1", port, method, path }, (answer) => {
      answer.resume();
      answered([answer.statusCode, answer.headers.location]);
    })
      .on("error", failed)
      .end();
  });

describe("addresses that lead elsewhere", () => {
  it.each(["GET", "HEAD", "OPTIONS", "PROPFIND", "PROPPATCH", "REPORT", "MKCALENDAR", "PUT", "DELETE", "COPY", "POST"])(
    "answers %s with 301 before any sign-in (DSC-01, RFC 6764 5)",
    async (method) => {
      expect(await ask(method, "/.well-known/caldav")).toEqual([301, "https://cal.example/"]);
      expect(await ask(method, "/.well-known/carddav/")).toEqual([301, "https://cal.example/"]);
      expect(await ask(method, "/UserDAV/ann@mail.example")).toEqual([
        301,
        "https://cal.example/principals/users/ann@mail.example/",
      ]);
    },
  );

  it("leads from /caldav/ and what stands behind it to the CalDAV root (PUB-03, MailEnable B)", async () => {
    for (const path of ["/caldav", "/caldav/"]) {
      expect(await ask("PROPFIND", path)).toEqual([301, "https://cal.example/CalDAV/"]);
    }
    expect(await ask("GET", "/caldav/~ann/Team/")).toEqual([301, "https://cal.example/CalDAV/~ann/Team/"]);
  });

  it("keeps the name as it was written (CGP-10, DSC-13)", async () => {
    const [, target] = await ask("PROPFIND", "/UserDAV/ann%40mail.example/");
    expect(target).toBe("https://cal.example/principals/users/ann%40mail.example/");
  });

  it.each(["/.well-known/acme", "/UserDAV", "/UserDAV/ann/else", "/userdav/ann"])("leaves %s alone", async (path) => {
    expect((await ask("GET", path))[0]).toBe(404);
  });
});
