import { copyFileSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it } from "vitest";
import { AdminError } from "./admin/command.js";
import { openCertificate } from "./certificate.js";

const fixture = (name: string) => fileURLToPath(new URL(`../../../test-fixtures/tls/${name}`, import.meta.url));
const told: string[] = [];
const log = pino({ level: "error" }, { write: (line: string) => void told.push(line) });
let folder: string;
const file = (name: string) => join(folder, name);
const open = (certificate: string, key = "key.pem") =>
  openCertificate({ setting: "tls", certificate: file(certificate), key: file(key), minimum: "TLSv1.2" }, log);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kalends-tls-"));
  for (const name of ["certificate.pem", "key.pem"]) copyFileSync(fixture(name), file(name));
  told.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

it("is read anew when a file changes, and the one before serves as long as the new one is no good", () => {
  const current = open("certificate.pem");
  const first = current();
  expect(current()).toBe(first);
  utimesSync(file("key.pem"), 1, 1);
  const second = current();
  expect(second).not.toBe(first);
  writeFileSync(file("certificate.pem"), "half a");
  expect(current()).toBe(second);
  expect(told.join()).toContain("the one before still serves");
});

it("tells of a new one that is no good once, and takes the next that is", () => {
  const current = open("certificate.pem");
  const first = current();
  writeFileSync(file("certificate.pem"), "half a");
  for (let looks = 0; looks < 3; looks += 1) expect(current()).toBe(first);
  expect(told).toHaveLength(1);
  copyFileSync(fixture("certificate.pem"), file("certificate.pem"));
  expect(current()).not.toBe(first);
});

it("notices a link that points elsewhere, as certbot renews", () => {
  renameSync(file("certificate.pem"), file("certificate1.pem"));
  copyFileSync(file("certificate1.pem"), file("certificate2.pem"));
  symlinkSync("certificate1.pem", file("live.pem"));
  const current = open("live.pem");
  const first = current();
  symlinkSync("certificate2.pem", file("next.pem"));
  renameSync(file("next.pem"), file("live.pem"));
  expect(current()).not.toBe(first);
});

it("stops the start with a sentence when it cannot be used", () => {
  expect(() => open("none.pem")).toThrow(AdminError);
  writeFileSync(file("certificate.pem"), "no certificate");
  expect(() => open("certificate.pem")).toThrow(/tls.certificate and tls.key/);
});
