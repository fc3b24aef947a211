import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { watchUploads } from "./slow-uploads.js";

const WINDOW = 60;
let server: Server | undefined;
let client: Socket | undefined;

afterEach(() => {
  client?.destroy();
  server?.closeAllConnections();
  server?.close();
});

/** Starts a PUT, sends `piece` every few milliseconds, and gives the whole answer. */
async function upload(piece: string, length: number): Promise<string> {
  const uploads = watchUploads(100_000, WINDOW);
  server = createServer((request, response) => {
    uploads.watch(request, response);
    request.resume();
    request.on("end", () => response.end("stored"));
  });
  server.once("close", () => uploads.stop());
  await new Promise<void>((listening) => server?.listen(0, "127.0.0.1", listening));
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client = socket;
  socket.write(`PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`);
  let sent = 0;
  const sending = setInterval(() => {
    if (sent >= length || socket.destroyed) return;
    sent += piece.length;
    socket.write(piece);
  }, 5);
  let answer = "";
  socket.on("data", (data) => {
    answer += data.toString();
  });
  socket.on("error", () => undefined);
  await new Promise((closed) => socket.once("close", closed));
  clearInterval(sending);
  return answer;
}

it("ends an upload that trickles with 408 (RFC 9110 15.5.9)", async () => {
  expect(await upload("x", 1_000_000)).toMatch(/^HTTP\/1.1 408 [\s\S]*too slowly/);
});

it("leaves one alone that moves, however long it takes", async () => {
  expect(await upload("x".repeat(5000), 250_000)).toMatch(/^HTTP\/1.1 200 [\s\S]*stored/);
});
