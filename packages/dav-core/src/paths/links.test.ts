import { describe, expect, it } from "vitest";
import { createLinks } from "./links.js";

const ann = { kind: "user", login: "ann", domain: "mail.example" } as const;

describe("createLinks", () => {
  it("leaves the domain out in its own domain and names it elsewhere (CGP-04)", () => {
    expect(createLinks("mail.example").home(ann)).toBe("/CalDAV/~ann/");
    expect(createLinks("other.example").home(ann)).toBe("/CalDAV/~ann@mail.example/");
  });
  it("writes principals with their domain everywhere (DAV-10)", () => {
    expect(createLinks("mail.example").principal(ann)).toBe("/principals/users/ann@mail.example/");
    expect(createLinks("mail.example").principal({ ...ann, kind: "location" })).toBe(
      "/principals/locations/ann@mail.example/",
    );
    expect(createLinks("mail.example").principals("resource")).toBe("/principals/resources/");
  });
  it("encodes the slug of a nested mailbox as one segment (CGP-05)", () => {
    expect(createLinks("mail.example").mailbox(ann, "Work/Team")).toBe("/CalDAV/~ann/Work%2FTeam/");
  });
});
