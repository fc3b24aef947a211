import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { loadConfig } from "../config/load.js";
import { createRedirector } from "./redirector.js";

async function ask(path: string, host: string, env: Readonly<Record<string, string>> = {}, port = 443) {
  const server = createRedirector({ config: loadConfig({ env, directory: "/nowhere" }) }, port);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const options = { port: (server.address() as AddressInfo).port, path, method: "PROPFIND", headers: { host } };
  const answer = await new Promise((answered, failed) => {
    request(options, (got) => {
      got.resume();
      answered([got.statusCode, got.headers.location]);
    })
      .on("error", failed)
      .end();
  });
  server.close();
  return answer;
}

it("leads every method to the same address under https (DSC-10)", async () => {
  expect(await ask("/CalDAV/~ann/?a=b", "cal.example")).toEqual([301, "https://cal.example/CalDAV/~ann/?a=b"]);
  expect(await ask("/", "cal.example:8080", {}, 8443)).toEqual([301, "https://cal.example:8443/"]);
  expect(await ask("/a", "inner", { KALENDS_PUBLIC_URL: "https://cal.example/" })).toEqual([
    301,
    "https://cal.example/a",
  ]);
});

it("leads nowhere without a name that could be one", async () => {
  expect(await ask("/", 'a"b')).toEqual([400, undefined]);
  expect(await ask("*", "cal.example")).toEqual([400, undefined]);
});
