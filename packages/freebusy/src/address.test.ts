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
    ["/pub/calendar/Betty.vfb", { at: "file", name: betty, href: "/pub/calendar/Betty.vfb" }],
    ["/pub/calendar", { at: "folder", href: "/pub/calendar/" }],
    ["/pub/", { at: "folder", href: "/pub/" }],
    ["/calendar/betty.txt", { at: "nothing" }],
    ["/calendar/a/b/c.vfb", { at: "nothing" }],
    ["/calendar/.vfb", { at: "nothing" }],
    ["/pub/other/betty.vfb", { at: "nothing" }],
  ])("%s (SCOoffice E, DSC-80)", (path, address) => {
    expect(parseAddress(path)).toEqual(address);
  });

  it("leaves the paths of others alone", () => {
    const others = [
      "/calendars/x.ics",
      "/CalDAV/",
      "/public",
      "/",
      "/calendar/dav/ann/user/",
      "/calendar/",
      "/freebusy",
    ];
    expect(others.filter(isFreeBusyPath)).toEqual([]);
    const ours = ["/pub", "/pub/calendar/", "/calendar/A.VFB", "/calendar/x.example/a.ifb", "/freebusy/a@x.example"];
    expect(ours.filter((path) => !isFreeBusyPath(path))).toEqual([]);
  });
});
