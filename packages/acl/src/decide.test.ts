import type { DomainId, PrincipalId } from "@kalends/store";
import { describe, expect, it } from "vitest";
import { decide, type Grant, type Membership } from "./decide.js";
import { explainRight, explainVerdict } from "./explain.js";
import { ALL_RIGHTS, formatRights, maskOf, type Right } from "./rights.js";
import { ANONYMOUS, ANYONE, ofDomain, ofPrincipal, type Subject } from "./subject.js";

const mask = (letters: string) => maskOf(...([...letters] as Right[]));

const [ann, bob, team, staff] = [1, 2, 3, 4].map((n) => n as PrincipalId) as [
  PrincipalId,
  PrincipalId,
  PrincipalId,
  PrincipalId,
];
const home = 9 as DomainId;
const asBob = { id: bob, domain: home };
const give = (subject: Subject, letters: string): Grant => ({ subject, positive: true, rights: mask(letters) });
const take = (subject: Subject, letters: string): Grant => ({ ...give(subject, letters), positive: false });
const nested: readonly Membership[] = [
  { group: team, member: bob },
  { group: staff, member: team },
  { group: team, member: staff },
];
const letters = (grants: readonly Grant[], memberships: readonly Membership[] = []) =>
  formatRights(decide(ann, asBob, memberships, grants).granted);

describe("decide", () => {
  it("gives the owner everything, even against negative entries (ACL-83, CGP-18)", () => {
    const verdict = decide(ann, { id: ann, domain: home }, [], [take(ofPrincipal(ann), "lrid")]);
    expect(verdict).toEqual({ granted: ALL_RIGHTS, because: [{ rule: "owner" }] });
  });

  it("unites what the account, its groups, its domain and anyone are given (ACL-10, ACL-21)", () => {
    const grants = [
      give(ofPrincipal(bob), "l"),
      give(ofPrincipal(staff), "r"),
      give(ofDomain(home), "9"),
      give(ANYONE, "s"),
    ];
    expect(letters(grants, nested)).toBe("lrs9");
    expect(letters(grants)).toBe("ls9");
  });

  it("lets negative entries beat positive ones, wherever they come from (ACL-82, CGP-18, RFC 4314 2)", () => {
    expect(letters([give(ofPrincipal(bob), "lrid"), take(ofPrincipal(staff), "d")], nested)).toBe("lri");
    expect(letters([take(ANYONE, "lrid"), give(ofPrincipal(bob), "lr")])).toBe("");
  });

  it("keeps accounts and requests without credentials apart (ACL-22)", () => {
    const grants = [give(ANYONE, "lr"), give(ANONYMOUS, "l")];
    expect(formatRights(decide(ann, null, [], grants).granted)).toBe("l");
    expect(letters([give(ANONYMOUS, "lr")])).toBe("");
  });

  it("does not count other domains and other accounts", () => {
    expect(letters([give(ofDomain(8 as DomainId), "lr"), give(ofPrincipal(staff), "lr")])).toBe("");
  });

  it("says why, entry by entry", () => {
    const names = {
      who: "bob",
      principal: (id: PrincipalId) => ["", "ann", "bob", "team", "staff"][id] ?? "?",
      domain: () => "mail.example",
    };
    const grants = [give(ofPrincipal(staff), "lrd"), take(ofDomain(home), "d")];
    const verdict = decide(ann, asBob, nested, grants);
    expect(explainVerdict(verdict, names)).toEqual([
      "An entry grants Lookup, Read, Delete to staff (bob is a member by way of team).",
      "A negative entry denies Delete to anyone@mail.example.",
      "What remains to bob: Lookup, Read.",
    ]);
    expect(explainRight(verdict, "d", names)).toBe(
      "bob may not remove items (Delete). A negative entry denies Delete to anyone@mail.example.",
    );
    expect(explainRight(verdict, "r", names)).toBe("bob may open the mailbox and read its items (Read).");
    expect(explainRight(verdict, "i", names)).toBe("bob may not add items (Insert): no entry grants it.");
    expect(explainVerdict(decide(ann, asBob, [], []), names)).toEqual(["No entry speaks of bob: nothing is granted."]);
  });
});
