import { AccessDenied } from "@kalends/acl";
import { XmlFault } from "@kalends/dav-xml";
import { StoreBusy, StoreDeadline, StoreError, StoreFull, StoreUnavailable } from "@kalends/store";
import { describe, expect, it } from "vitest";
import { Refused } from "../refusal.js";
import { refusalFrom, refusalReply } from "./faults.js";

const HERE = { verb: "GET", href: "/CalDAV/~ann/Work/one.ics", mapped: true };

describe("refusalFrom", () => {
  it.each<[unknown, number, string | undefined]>([
    [new Refused({ status: 418 }), 418, undefined],
    [new AccessDenied([{ right: "l", on: "self" }], true), 404, undefined],
    [new AccessDenied([{ right: "r", on: "self" }], false), 403, "{DAV:}need-privileges"],
    [new XmlFault("malformed", "x"), 400, undefined],
    [new XmlFault("doctype", "x"), 400, undefined],
    [new XmlFault("too-large", "x"), 400, undefined],
    [new XmlFault("too-deep", "x"), 400, undefined],
    [new StoreBusy("x"), 503, undefined],
    [new StoreDeadline("x"), 503, undefined],
    [new StoreUnavailable("x"), 503, undefined],
    [new StoreFull("x"), 507, "{DAV:}sufficient-disk-space"],
  ])("%s: %i (DAV-03, DAV-07, DAV-16, DAV-141)", (error, status, condition) => {
    expect(refusalFrom(error, HERE)).toMatchObject({ status, ...(condition === undefined ? {} : { condition }) });
  });

  it("says when to come back (RFC 9110 10.2.3)", () => {
    expect(refusalFrom(new StoreBusy("x"), HERE)?.headers).toEqual({ "Retry-After": "1" });
  });

  it.each([new RangeError("x"), new StoreError("x"), "x", null])("leaves %s to the server", (error) => {
    expect(refusalFrom(error, HERE)).toBeNull();
  });
});

describe("refusalReply", () => {
  it("is DAV:error with a condition, else one line, else nothing (DAV-15)", () => {
    expect(refusalReply({ status: 403, condition: "{DAV:}x", note: "n" })).toMatchObject({ kind: "xml", status: 403 });
    expect(refusalReply({ status: 404, note: "There is nothing." })).toMatchObject({
      kind: "body",
      body: "There is nothing.\n",
    });
    expect(refusalReply({ status: 404 })).toEqual({ kind: "empty", status: 404, headers: {} });
  });
});
