import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBasic } from "./basic.js";

const header = (text: string, encoding: BufferEncoding = "utf8") =>
  `Basic ${Buffer.from(text, encoding).toString("base64")}`;

describe("Basic credentials (RFC 7617)", () => {
  it.each([
    ["ann:secret", "ann", null, "secret"],
    ["Ann@Mail.Example:se:cret", "ann", "mail.example", "se:cret"],
    ["a@b@c:", "a@b", "c", ""],
    [":x", "", null, "x"],
    ["jörg:schön", "jörg", null, "schön"],
  ])("reads %j", (text, login, domain, password) => {
    expect(readBasic(header(text))).toEqual({ login, domain, password });
  });

  it("reads ISO 8859-1 of older clients", () => {
    expect(readBasic(header("ann:schön", "latin1"))?.password).toBe("schön");
  });

  it.each([undefined, "", "Basic", "Basic ", "Bearer abc", "Basic !!", header("no colon"), "Digest a=b"])(
    "takes %j for no credentials at all",
    (value) => expect(readBasic(value)).toBeUndefined(),
  );

  it("never throws, whatever is sent", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (octets) => void readBasic(`basic ${Buffer.from(octets).toString("base64")}`)),
    );
    fc.assert(fc.property(fc.string(), (text) => void readBasic(text)));
  });
});
