import { copyFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it } from "vitest";
import { AdminError } from "../admin/command.js";
import { openCertificate } from "./certificate.js";

const fixture = (name: string) => fileURLToPath(new URL(`../../../../test-fixtures/tls/${name}`, import.meta.url));
const told: string[] = [];
const log = pino({ level: "error" }, { write: (line: string) => void told.push(line) });
let folder: string;
const file = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kalends-tls-"));
  for (const name of ["certificate.pem", "key.pem"]) copyFileSync(fixture(name), file(name));
  told.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

it("is read anew when a file changes, and the one before serves as long as the new one is no good", () => {
  const context = openCertificate(file("certificate.pem"), file("key.pem"), log);
  const first = context();
  expect(context()).toBe(first);
  utimesSync(file("key.pem"), 1, 1);
  const second = context();
  expect(second).not.toBe(first);
  writeFileSync(file("certificate.pem"), "half a");
  expect(context()).toBe(second);
  expect(told.join()).toContain("the one before still serves");
});

it("stops the start with a sentence when it cannot be used", () => {
  expect(() => openCertificate(file("none.pem"), file("key.pem"), log)).toThrow(AdminError);
  writeFileSync(file("certificate.pem"), "no certificate");
  expect(() => openCertificate(file("certificate.pem"), file("key.pem"), log)).toThrow(/ftp.certificate and ftp.key/);
});
