import type { Socket } from "node:net";
import { expect, it } from "vitest";
import { requestIdOf } from "./request-id.js";

const idOf = (given: string | undefined, isTrusted: boolean) =>
  requestIdOf(
    { headers: given === undefined ? {} : { "x-request-id": given }, socket: { remoteAddress: "192.0.2.1" } as Socket },
    (peer) => isTrusted && peer === "192.0.2.1",
  );
const OWN = /^[0-9a-f-]{36}$/;

it("is that of a trusted proxy, and our own for everybody else", () => {
  expect(idOf("edge-7f/3:a", true)).toBe("edge-7f/3:a");
  expect(idOf("edge-7f/3:a", false)).toMatch(OWN);
  expect(idOf(undefined, true)).toMatch(OWN);
});

it.each(["", "two words", "x".repeat(129), 'a"b', "a\u001b[31m"])("is not %j, which would spoil a log", (given) => {
  expect(idOf(given, true)).toMatch(OWN);
});
