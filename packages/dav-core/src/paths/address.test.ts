import { describe, expect, it } from "vitest";
import { type Address, parsePath } from "./address.js";

const ROOTS = ["/CalDAV/"];
const parse = (path: string): Address => parsePath(path, ROOTS);

const meant = (path: string): readonly string[] => {
  const address = parse(path);
  if (address.at !== "mailbox") return [address.at];
  return address.candidates.map(({ slug, member, href }) => `${slug ?? "(default)"} | ${member ?? "-"} | ${href}`);
};

describe("parsePath", () => {
  it.each([
    ["/", "root"],
    ["/principals/", "principals"],
    ["/principals", "principals"],
    ["/principals/users/", "principals"],
    ["/principals/groups", "principals"],
    ["/principals/users/ann@mail.example/", "principal"],
    ["/principals/strangers/", "nowhere"],
    ["/principals/users/ann@mail.example/else/", "nowhere"],
    ["/CalDAV/", "mailbox"],
    ["/CalDAV", "mailbox"],
    ["/CalDAVish/", "nowhere"],
    ["/else", "nowhere"],
  ])("takes %s for %s (DAV-17)", (path, at) => {
    expect(parse(path).at).toBe(at);
  });

  it("reads a principal, folded, with the domain it names (DSC-13)", () => {
    const account = { login: "ann", domain: "mail.example" };
    expect(parse("/principals/users/Ann%40Mail.Example")).toEqual({
      at: "principal",
      of: "user",
      href: "/principals/users/Ann@Mail.Example/",
      account,
    });
  });

  it.each([
    ["/CalDAV/~ann/", "/CalDAV/~ann/", { login: "ann", domain: null }],
    ["/CalDAV/%7Eann%40other.example", "/CalDAV/~ann@other.example/", { login: "ann", domain: "other.example" }],
    ["/CalDAV/", "/CalDAV/", null],
  ])("keeps the form of the home in %s (CGP-04)", (path, home, account) => {
    const address = parse(path);
    expect(address.at === "mailbox" && { home: address.home, account: address.account }).toEqual({ home, account });
  });

  it.each(["/CalDAV/~/", "/CalDAV/~ann@/", "/principals/users/@x/"])(
    "refuses %s, which names nobody, with 400",
    (path) => {
      expect(() => parse(path)).toThrow("is not the name of an account");
    },
  );

  it("means the default calendar by the bare root (CGP-03)", () => {
    expect(meant("/CalDAV/")).toEqual(["(default) | - | /CalDAV/"]);
    expect(meant("/CalDAV")).toEqual(["(default) | - | /CalDAV/"]);
  });

  it("means the home itself by the account alone (CGP-04)", () => {
    expect(meant("/CalDAV/~ann/")).toEqual([]);
  });

  it("tries the exact name first and strips .ics once (CGP-06)", () => {
    expect(meant("/CalDAV/~ann/x.ics.ics")).toEqual([
      "x.ics.ics | - | /CalDAV/~ann/x.ics.ics/",
      "x.ics | - | /CalDAV/~ann/x.ics.ics/",
    ]);
  });

  it("also finds members of the default calendar in the short form (CGP-03)", () => {
    expect(meant("/CalDAV/one.ics")).toEqual([
      "one.ics | - | /CalDAV/one.ics/",
      "(default) | one.ics | /CalDAV/",
      "one | - | /CalDAV/one.ics/",
    ]);
  });

  it("reaches nested mailboxes by an encoded and by a plain slash, both under one href (CGP-05, DAV-11)", () => {
    expect(meant("/CalDAV/~ann/Work%2FTeam/")).toEqual(["Work/Team | - | /CalDAV/~ann/Work%2FTeam/"]);
    expect(meant("/CalDAV/~ann/Work/Team/")).toEqual([
      "Work/Team | - | /CalDAV/~ann/Work%2FTeam/",
      "Work | Team | /CalDAV/~ann/Work/",
    ]);
  });

  it("reads a member, whose mailbox may be written with .ics (CGP-02)", () => {
    expect(meant("/CalDAV/~ann/Work.ics/one.ics")).toEqual([
      "Work.ics/one.ics | - | /CalDAV/~ann/Work.ics%2Fone.ics/",
      "Work.ics | one.ics | /CalDAV/~ann/Work.ics/",
      "Work.ics/one | - | /CalDAV/~ann/Work.ics%2Fone.ics/",
      "Work | one.ics | /CalDAV/~ann/Work.ics/",
    ]);
  });
});
