import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPasswords, isPasswordHash, PasswordsBusy, prepared } from "./passwords.js";
import { appPasswordHash, generateAppPassword, generatePassword, looksLikeAppPassword, sameHash } from "./secrets.js";

const passwords = createPasswords({ cost: 4 });
const random = (count: number) => Uint8Array.from({ length: count }, (_, n) => n * 7);

describe("passwords", () => {
  it("accepts the password and no other", async () => {
    const hash = await passwords.hash("correct horse");
    expect(isPasswordHash(hash)).toBe(true);
    expect(await passwords.verify("correct horse", hash)).toBe(true);
    expect(await passwords.verify("correct horsf", hash)).toBe(false);
  });

  it("tells apart long passwords that begin alike (bcrypt looks at 72 octets)", async () => {
    const head = "ä".repeat(40);
    const hash = await passwords.hash(`${head}1`);
    expect(await passwords.verify(`${head}1`, hash)).toBe(true);
    expect(await passwords.verify(`${head}2`, hash)).toBe(false);
    expect(await passwords.verify(head, hash)).toBe(false);
  });

  it("tells apart passwords that differ behind a NUL", async () => {
    const hash = await passwords.hash("secret\0one");
    expect(await passwords.verify("secret\0two", hash)).toBe(false);
    expect(await passwords.verify("secret\0one", hash)).toBe(true);
  });

  it("hands bcrypt only what it sees whole", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "grapheme", minLength: 30, maxLength: 90 })), (text) => {
        const seen = prepared(text);
        expect(Buffer.byteLength(seen)).toBeLessThanOrEqual(72);
        expect(seen).not.toContain("\0");
      }),
    );
  });

  it("takes both ways of writing an accented letter for the same (RFC 7617 2.1)", async () => {
    expect(await passwords.verify("cafe\u0301 noir", await passwords.hash("caf\u00e9 noir"))).toBe(true);
  });

  it("compares with hashes of htpasswd", async () => {
    const hash = (await passwords.hash("from elsewhere")).replace("$2b$", "$2y$");
    expect(isPasswordHash(hash)).toBe(true);
    expect(await passwords.verify("from elsewhere", hash)).toBe(true);
  });

  it("never accepts anything where there is no hash", async () => {
    for (const password of ["", "x", ".".repeat(31)]) expect(await passwords.verify(password, undefined)).toBe(false);
  });

  it("refuses more than it can queue, and works on afterwards", async () => {
    const small = createPasswords({ cost: 4, concurrency: 1, waiting: 1 });
    const outcomes = await Promise.allSettled([small.hash("a"), small.hash("b"), small.hash("c")]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect(outcomes[2]).toMatchObject({ reason: expect.any(PasswordsBusy) });
    expect(isPasswordHash(await small.hash("d"))).toBe(true);
  });
});

describe("generated secrets", () => {
  it("can be read out without doubt", () => {
    expect(generatePassword(random)).toMatch(/^([a-km-np-z2-9]{5}-){3}[a-km-np-z2-9]{5}$/);
    expect(generateAppPassword(random)).toMatch(/^kap-[a-km-np-z2-9]{32}$/);
    expect(looksLikeAppPassword(generateAppPassword(random))).toBe(true);
  });

  it("are compared by their hashes", () => {
    expect(sameHash(appPasswordHash("a"), appPasswordHash("a"))).toBe(true);
    expect(sameHash(appPasswordHash("a"), appPasswordHash("b"))).toBe(false);
    expect(sameHash("ab", "a")).toBe(false);
  });
});
