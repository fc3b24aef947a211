import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openDesk, PASSWORD, passwords, random, wrong } from "../test/desk.js";
import { createAccount, setEnabled } from "./accounts.js";
import { createAppPassword } from "./app-passwords.js";

const desk = openDesk();
const { ask, signIn } = desk;

describe("signing in", () => {
  it("gives the requester, by any name the account goes by (RFC 7617)", async () => {
    for (const name of ["ann", "ANN", "ann@mail.example", "Ann@Mail.Example", "annie", "annie@alias.example"]) {
      expect(await ask(name)).toEqual({
        ok: true,
        requester: {
          id: desk.ann,
          domainId: desk.domain.id,
          domain: "mail.example",
          kind: "user",
          login: "ann",
          epoch: expect.any(Number),
          isAdmin: true,
          limit: null,
          credential: "password",
        },
      });
    }
  });

  it("keeps accounts of the same name in other domains apart", async () => {
    expect(await ask("ann@other.example")).toEqual(wrong);
    expect(await ask("ann@other.example", "another secret")).toMatchObject({ requester: { domain: "other.example" } });
    expect(await desk.sender.authenticate({ ...signIn("ann"), domain: null })).toEqual(wrong);
    expect((await desk.sender.authenticate({ ...signIn("ann@mail.example"), domain: null })).ok).toBe(true);
  });

  it("takes requests without credentials for what they are, and never counts them", async () => {
    for (const authorization of [undefined, "Bearer x", "Basic !"])
      for (let n = 0; n < 5; n++)
        expect(await desk.sender.authenticate({ ...signIn(""), authorization })).toEqual({
          ok: false,
          reason: "none",
        });
    expect((await ask("ann")).ok).toBe(true);
  });

  it("answers alike, and as slowly, for unknown names, wrong passwords and accounts without one (CGP-15)", async () => {
    for (const name of [
      "nobody",
      "nobody@mail.example",
      "x@nowhere.example",
      "room",
      "",
      "a\0b",
      "ann@other.example",
    ]) {
      desk.checks = 0;
      expect(await ask(name)).toEqual(wrong);
      expect(desk.checks).toBe(1);
    }
  });

  it("refuses disabled accounts alike (CGP-15)", async () => {
    const id = await createAccount(desk.db, passwords, { login: "gone", domain: "mail.example", password: PASSWORD });
    const app = await createAppPassword(desk.db, random, id, { label: "x" });
    await setEnabled(desk.db, id, false);
    expect(await ask("gone")).toEqual(wrong);
    expect(await ask("gone", app)).toEqual(wrong);
    expect(desk.checks).toBe(2);
  });

  it("never accepts a wrong password", async () => {
    desk.sender = desk.open({ passwords }, { limit: 1e6 });
    const near = fc.constantFrom("", " ", "\0", "x").map((tail) => PASSWORD + tail);
    const guess = fc.oneof(fc.string(), fc.string({ unit: "binary" }), near).filter((text) => text !== PASSWORD);
    await fc.assert(
      fc.asyncProperty(guess, fc.boolean(), async (password, signedInBefore) => {
        if (signedInBefore) await ask("ann");
        expect((await ask("ann", password)).ok).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});
