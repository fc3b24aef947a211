import { describe, expect, it } from "vitest";
import { isFreeBusyPath, parseAddress } from "./address.js";

const betty = { login: "betty", domain: null, form: "vfb" };

describe("addresses of free/busy files", () => {
  it.each([
    ["/calendar/Betty.vfb", { at: "read", name: betty }],
    ["/calendar/BETTY.IFB", { at: "read", name: { ...betty, form: "ifb" } }],
    ["/calendar/Mail.Example/betty.vfb", { at: "read", name: { ...betty, domain: "mail.example" } }],
    ["/calendar/betty%40mail.example.vfb", { at: "read", name: { ...betty, domain: "mail.example" } }],
    ["/freebusy/betty@mail.example", { at: "read", name: { login: "betty", domain: "mail.example", form: "ifb" } }],
    ["/freebusy/betty.vfb", { at: "read", name: betty }],
    ["/~Betty/freebusy.vfb", { at: "read", name: betty }],
    [
      "/%7Ebetty@mail.example/FreeBusy.ifb",
      { at: "read", name: { login: "betty", domain: "mail.example", form: "ifb" } },
    ],
    ["/~betty/other.vfb", { at: "nothing" }],
    ["/~betty/more/freebusy.vfb", { at: "nothing" }],
    ["/pub/calendar/Betty.vfb", { at: "file", name: betty, href: "/pub/calendar/Betty.vfb" }],
    ["/pub/calendar", { at: "folder", href: "/pub/calendar/" }],
    ["/pub/", { at: "folder", href: "/pub/" }],
    ["/calendar/betty.txt", { at: "nothing" }],
    ["/calendar/a/b/c.vfb", { at: "nothing" }],
    ["/calendar/.vfb", { at: "nothing" }],
    ["/pub/other/betty.vfb", { at: "nothing" }],
  ])("%s (VFB-03, CGP-54, DSC-80)", (path, address) => {
    expect(parseAddress(path)).toEqual(address);
  });

  it.each(["/pub/calendar/%NAME%.vfb", "/pub/calendar/%25Name%25.vfb"])(
    "%s is the file of whoever asks, and nobody's without him (VFB-02)",
    (path) => {
      const asked = parseAddress(path, { login: "betty", domain: "mail.example" });
      expect(asked).toMatchObject({ at: "file", name: { login: "betty", domain: "mail.example", form: "vfb" } });
      expect(parseAddress(path)).toMatchObject({ at: "file", name: { login: "%name%", domain: null } });
    },
  );

  it("leaves the paths of others alone", () => {
    const others = [
      "/calendars/x.ics",
      "/CalDAV/",
      "/public",
      "/",
      "/calendar/dav/ann/user/",
      "/calendar/",
      "/freebusy",
      "/~a/letter.txt",
      "/WebDAV/~a/freebusy.vfb",
    ];
    expect(others.filter(isFreeBusyPath)).toEqual([]);
    const ours = [
      "/pub",
      "/pub/calendar/",
      "/calendar/A.VFB",
      "/calendar/x.example/a.ifb",
      "/freebusy/a@x.example",
      "/~a/freebusy.vfb",
    ];
    expect(ours.filter((path) => !isFreeBusyPath(path))).toEqual([]);
  });
});
