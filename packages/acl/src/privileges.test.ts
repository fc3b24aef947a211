import { CALDAV_NS, cal, DAV_NS, dav, split } from "@kalends/dav-xml";
import type { DomainId, PrincipalId } from "@kalends/store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rightsNamed, shownPrivileges } from "./ace-rights.js";
import { type Ace, acesOf, grantsOf, surplusOf } from "./aces.js";
import { decide, type Grant } from "./decide.js";
import { PRIVILEGE_SCOPES, type Privilege, type PrivilegeScope, privilegeTree, scopeOf } from "./privilege-tree.js";
import { currentPrivileges, isSupported, privilegeOf, rightsFor, topPrivileges } from "./privileges.js";
import { ALL_RIGHTS, formatRights, maskOf, RIGHTS, type Right, rightsMask } from "./rights.js";
import { ANONYMOUS, ANYONE, formatSubject, ofDomain, ofPrincipal } from "./subject.js";

const mask = (letters: string) => maskOf(...([...letters] as Right[]));

const shown = (letters: string, on: PrivilegeScope = "calendar") =>
  currentPrivileges(mask(letters), on).map((name) => split(name).local);
const all = (node: Privilege): readonly Privilege[] => [node, ...node.contains.flatMap(all)];
const find = (on: PrivilegeScope, local: string) =>
  all(privilegeTree(on)).find(({ name }) => split(name).local === local);
const inside = (on: PrivilegeScope, local: string) => {
  const node = find(on, local);
  return node ? all(node).map(({ name }) => split(name).local) : [];
};
const masks = fc.integer({ min: 0, max: ALL_RIGHTS }).map(rightsMask);
const scopes = fc.constantFrom(...PRIVILEGE_SCOPES);

describe("the privilege tree", () => {
  it.each(PRIVILEGE_SCOPES)("keeps the limits of aggregation on %s (ACL-04, RFC 3744 3.12)", (on) => {
    for (const alone of ["read-acl", "write-acl", "read-current-user-privilege-set"])
      expect(inside(on, alone)).toEqual([alone]);
    expect(inside(on, "write")).toEqual(["write", "write-properties", "write-content", "bind", "unbind"]);
    expect(inside(on, "read").some((name) => name.startsWith("write") || name.endsWith("bind"))).toBe(false);
  });

  it.each(PRIVILEGE_SCOPES)("takes privileges of %s from standards alone, none of our own in DAV: (ACL-06)", (on) => {
    // RFC 3744 3 and its successors; DAV:share is the sharing draft's.
    const standard =
      /^(all|read|write|write-properties|write-content|unlock|read-acl|read-current-user-privilege-set|write-acl|bind|unbind|share)$/;
    for (const { name } of all(privilegeTree(on))) {
      const { ns, local } = split(name);
      expect([DAV_NS, CALDAV_NS]).toContain(ns);
      if (ns === DAV_NS) expect(local).toMatch(standard);
    }
  });

  it("puts free-busy inside read where time is kept (ACL-05, RFC 4791 6.1.1)", () => {
    for (const on of ["home", "collection", "calendar", "object"] as const)
      expect(inside(on, "read")).toContain("read-free-busy");
    expect(isSupported(cal("read-free-busy"), "inbox")).toBe(false);
  });

  it("offers scheduling privileges on inbox and outbox only, under their aggregates (ACL-07, RFC 6638 6)", () => {
    expect(inside("inbox", "schedule-deliver")).toHaveLength(4);
    expect(inside("outbox", "schedule-send")).toHaveLength(4);
    for (const on of ["calendar", "home", "object", "principal"] as const)
      expect(all(privilegeTree(on)).some(({ name }) => split(name).local.startsWith("schedule"))).toBe(false);
  });

  it("describes every privilege (ACL-03)", () => {
    for (const on of PRIVILEGE_SCOPES)
      expect(all(privilegeTree(on)).every(({ description }) => description !== "")).toBe(true);
  });

  it("knows the scope of every kind", () => {
    expect(scopeOf("schedule-inbox")).toBe("inbox");
    expect(scopeOf("calendar-object")).toBe("object");
    expect(scopeOf("something-new")).toBe("collection");
  });
});

describe("current privileges", () => {
  it.each([
    ["", []],
    ["l", ["read-current-user-privilege-set"]],
    ["9", ["read-free-busy"]],
    ["l9", ["read-current-user-privilege-set", "read-free-busy"]],
    ["lr", ["read", "read-current-user-privilege-set", "read-free-busy"]],
    ["li", ["read-current-user-privilege-set", "bind"]],
    ["ld", ["read-current-user-privilege-set", "unbind"]],
    ["lid", ["read-current-user-privilege-set", "write-content", "bind", "unbind"]],
    ["w", ["write-properties"]],
    ["a", ["read-acl", "write-acl", "unlock", "share"]],
    ["s", []],
    ["p", []],
    ["c", []],
  ])("shows the letters %j on a calendar (ACL-10, CGP-22)", (letters, expected) => {
    expect(shown(letters)).toEqual(expected);
  });

  it("maps Create on homes and Post on inbox and outbox (CGP-22)", () => {
    expect(shown("c", "home")).toEqual(["bind", "unbind"]);
    expect(shown("p", "inbox")).toEqual(["schedule-deliver-invite", "schedule-deliver-reply"]);
    expect(shown("p9", "inbox")).toContain("schedule-deliver");
    expect(shown("p", "outbox")[0]).toBe("schedule-send");
  });

  it("shows an aggregate when all its leaves are granted (ACL-25)", () => {
    expect(shown("wid")).toContain("write");
    expect(shown("wi")).not.toContain("write");
    expect(shown("lrwida")[0]).toBe("all");
    expect(shown("lrwid")).not.toContain("all");
  });

  it("never shows write-properties to those who may only read (ACL-10)", () => {
    for (const on of PRIVILEGE_SCOPES) expect(shown("lrs9p", on).some((name) => name.startsWith("write"))).toBe(false);
  });

  it("lists only what the kind supports, everything for the owner (ACL-11)", () => {
    fc.assert(
      fc.property(masks, scopes, (mask, on) => {
        for (const name of currentPrivileges(mask, on)) expect(isSupported(name, on)).toBe(true);
      }),
    );
    for (const on of PRIVILEGE_SCOPES)
      expect(currentPrivileges(ALL_RIGHTS, on)).toEqual(all(privilegeTree(on)).map(({ name }) => name));
  });

  it("names a supported privilege for every missing right (ACL-70)", () => {
    for (const { right } of RIGHTS)
      expect(PRIVILEGE_SCOPES.some((on) => isSupported(privilegeOf(right), on))).toBe(true);
  });
});

describe("rights for privileges", () => {
  it.each([
    ["read", "lr"],
    ["write", "wid"],
    ["write-content", "id"],
    ["bind", "i"],
    ["unbind", "d"],
    ["read-acl", "a"],
    ["write-acl", "a"],
    ["all", "lrwida"],
  ])("sets for %s the letters %s on a calendar (RFC 3744 3)", (local, letters) => {
    expect(formatRights(rightsFor([dav(local)], "calendar"))).toBe(letters);
  });

  it("never grows on the way to privileges and back (ACL-80)", () => {
    fc.assert(
      fc.property(masks, scopes, (mask, on) => {
        const back = rightsFor(currentPrivileges(mask, on), on);
        expect(back & ~mask).toBe(0);
        expect(rightsFor(topPrivileges(mask, on), on)).toBe(back);
        expect(currentPrivileges(back, on)).toEqual(currentPrivileges(mask, on));
      }),
    );
  });

  it("shows at least what was set; what cannot be split is shown together (ACL-81)", () => {
    const sets = scopes.chain((on) =>
      fc.record({ on: fc.constant(on), names: fc.subarray(all(privilegeTree(on)).map(({ name }) => name)) }),
    );
    fc.assert(
      fc.property(sets, ({ on, names }) => {
        const rights = rightsFor(names, on);
        expect(currentPrivileges(rights, on)).toEqual(expect.arrayContaining(names));
        expect(rightsFor(currentPrivileges(rights, on), on)).toBe(rights);
      }),
    );
  });
});

describe("access lists", () => {
  const ann = 1 as PrincipalId;
  const bob = ofPrincipal(2 as PrincipalId);
  const grants: readonly Grant[] = [
    { subject: bob, positive: true, rights: mask("lrsid") },
    { subject: bob, positive: false, rights: mask("d") },
    { subject: ofDomain(1 as DomainId), positive: true, rights: mask("9") },
    { subject: ANYONE, positive: true, rights: mask("s") },
  ];

  it("begin with the owner, protected, then deny, then grant (ACL-16, ACL-38, ACL-82)", () => {
    expect(acesOf(grants, ann, "calendar")).toEqual([
      { subject: ofPrincipal(ann), grant: true, privileges: [dav("all")], protected: true },
      { subject: bob, grant: false, privileges: [dav("unbind")], protected: false },
      {
        subject: bob,
        grant: true,
        privileges: [dav("read"), dav("write-content"), dav("bind"), dav("unbind")],
        protected: false,
      },
    ]);
  });

  it("come back unchanged when a client sends what it read (ACL-30, ACL-32, ACL-37)", () => {
    const sort = (list: readonly Grant[]) =>
      [...list].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
    expect(sort(grantsOf(acesOf(grants, ann, "calendar"), grants, ann, "calendar"))).toEqual(sort(grants));
  });

  it("lose what the client left out, but not what it cannot see (ACL-30, ACL-37)", () => {
    expect(grantsOf([], grants, ann, "calendar")).toEqual([
      { subject: bob, positive: true, rights: mask("s") },
      { subject: ofDomain(1 as DomainId), positive: true, rights: mask("9") },
      { subject: ANYONE, positive: true, rights: mask("s") },
    ]);
  });

  const lists = fc
    .uniqueArray(
      fc.record({
        subject: fc.constantFrom(
          bob,
          ofPrincipal(3 as PrincipalId),
          ofPrincipal(ann),
          ANYONE,
          ANONYMOUS,
          ofDomain(1 as DomainId),
        ),
        positive: fc.boolean(),
        rights: masks.filter((held) => held !== 0),
      }),
      { selector: ({ subject, positive }) => `${positive} ${formatSubject(subject)}` },
    )
    .map((list): readonly Grant[] => list);
  const sorted = (list: readonly Grant[]) =>
    list.map((g) => `${formatSubject(g.subject)} ${g.positive} ${formatRights(g.rights)}`).sort();

  it("of any mailbox can be sent back as they were read, and change nothing (ACL-32, ACL-37, ACL-80)", () => {
    fc.assert(
      fc.property(lists, scopes, (before, on) => {
        const read = acesOf(before, ann, on);
        expect(surplusOf(read, on)).toEqual([]);
        expect(sorted(grantsOf(read, before, ann, on))).toEqual(sorted(before));
      }),
    );
  });

  it("show after a change exactly what was sent, whatever was there before (ACL-30, ACL-80)", () => {
    const names = scopes.chain((on) =>
      fc.record({
        on: fc.constant(on),
        grant: fc.boolean(),
        privileges: fc.subarray(
          all(privilegeTree(on)).map(({ name }) => name),
          { minLength: 1 },
        ),
      }),
    );
    fc.assert(
      fc.property(names, lists, ({ on, grant, privileges }, before) => {
        const sent: Ace = { subject: bob, grant, privileges, protected: false };
        fc.pre(surplusOf([sent], on).length === 0);
        const shown = acesOf(grantsOf([sent], before, ann, on), ann, on).filter((ace) => !ace.protected);
        const exact = shownPrivileges({ grant, rights: rightsNamed(privileges, grant, on) }, on);
        expect(shown).toEqual([{ subject: bob, grant, privileges: exact, protected: false }]);
        if (!grant)
          expect(exact.flatMap((name) => inside(on, split(name).local))).toEqual(
            expect.arrayContaining(privileges.map((name) => split(name).local)),
          );
      }),
    );
  });

  it.each([
    ["calendar", true, ["write-content"], ["bind", "unbind"]],
    ["calendar", true, ["read-acl"], ["write-acl", "unlock", "share"]],
    ["calendar", true, ["unlock"], ["read-acl", "write-acl", "share"]],
    ["calendar", true, ["write-acl"], []],
    ["calendar", true, ["bind", "unbind"], []],
    ["calendar", true, ["read", "write"], []],
    ["calendar", false, ["write-content"], ["bind", "unbind"]],
    ["calendar", false, ["write"], []],
    ["calendar", false, ["unbind"], []],
    ["calendar", false, ["write-acl"], ["read-acl", "unlock", "share"]],
    ["home", true, ["bind"], ["unbind"]],
    ["home", true, ["all"], []],
  ] as const)("on %s (granted: %s) tell that %j brings %j along (ACL-81, ACL-82)", (on, grant, names, expected) => {
    const sent: Ace = { subject: bob, grant, privileges: names.map((name) => dav(name)), protected: false };
    expect(surplusOf([sent], on).flatMap(({ privileges }) => privileges.map((name) => split(name).local))).toEqual(
      expected,
    );
  });

  it("deny an aggregate with everything in it (ACL-82, RFC 3744 3)", () => {
    const after = grantsOf(
      [{ subject: bob, grant: false, privileges: [dav("read")], protected: false }],
      [],
      ann,
      "calendar",
    );
    expect(after).toEqual([{ subject: bob, positive: false, rights: mask("lr9") }]);
  });

  it("keep a right that cannot be shown alone, but not where it would add to what was sent (ACL-37, ACL-80)", () => {
    const before: readonly Grant[] = [{ subject: bob, positive: true, rights: mask("rs") }];
    const give = (local: string): Ace => ({ subject: bob, grant: true, privileges: [dav(local)], protected: false });
    expect(grantsOf([], before, ann, "calendar")).toEqual(before);
    expect(grantsOf([give("unbind")], before, ann, "calendar")).toEqual([{ ...before[0], rights: mask("rsd") }]);
    expect(grantsOf([give("read-current-user-privilege-set")], before, ann, "calendar")).toEqual([
      { ...before[0], rights: mask("ls") },
    ]);
  });

  it("that are empty give nothing to anybody but the owner (ACL-14, RFC 3744 5.5)", () => {
    const asker = { id: 2 as PrincipalId, domain: 1 as DomainId };
    expect(acesOf([], ann, "calendar").filter((ace) => !ace.protected)).toEqual([]);
    expect(decide(ann, asker, [], []).granted).toBe(0);
    expect(decide(ann, null, [], []).granted).toBe(0);
  });
});
