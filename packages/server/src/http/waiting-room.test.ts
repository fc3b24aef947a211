import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { openWaitingRoom } from "./waiting-room.js";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it("is alive but not ready, says why, and frees the address at the end", async () => {
  const at = `127.0.0.1:${await freePort()}`;
  const leave = await openWaitingRoom([
    { listen: at, tls: {} },
    { listen: "", tls: {} },
  ]);
  expect((await fetch(`http://${at}/healthz`)).status).toBe(200);
  const ready = await fetch(`http://${at}/readyz`);
  expect([ready.status, ready.headers.get("retry-after")]).toEqual([503, "5"]);
  expect(await ready.text()).toBe("not ready: the database is being brought up to the schema of this version\n");
  expect((await fetch(`http://${at}/CalDAV/`, { method: "PROPFIND" })).status).toBe(503);
  await leave();
  await expect(fetch(`http://${at}/healthz`)).rejects.toThrow("fetch failed");
});

it("leaves an address to an older process that still serves there", async () => {
  const server = createServer((_request, response) => void response.end("served"));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const at = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const leave = await openWaitingRoom([{ listen: at, tls: {} }]);
  expect(await (await fetch(`http://${at}/readyz`)).text()).toBe("served");
  await leave();
  server.close();
});
