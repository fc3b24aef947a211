import { describe, expect, it } from "vitest";
import { targetOf } from "./target.js";

describe("the request target (RFC 9112 3.2, DAV-17)", () => {
  it.each([
    ["/", "/"],
    ["/CalDAV/?a=b", "/CalDAV/?a=b"],
    ["//x/y", "//x/y"],
    ["*", "*"],
    ["http://mail.example/CalDAV/?a", "/CalDAV/?a"],
    ["HTTPS://mail.example:8443", "/"],
    ["http://mail.example?a=b", "/?a=b"],
    ["webcal://mail.example/feeds/a.ics", "/feeds/a.ics"],
    ["webcals://mail.example/feeds/a.ics", "/feeds/a.ics"],
    ["http://", "/"],
    ["https://[/", "/"],
  ])("%s is read as %s", (target, path) => {
    expect(targetOf(target)).toBe(path);
  });

  it.each(["", "mail.example:443", "x://[", "ftp://mail.example/", "CalDAV/", "**"])("%j is malformed", (target) => {
    expect(targetOf(target)).toBeNull();
  });
});
