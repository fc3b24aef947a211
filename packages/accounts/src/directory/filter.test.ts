import { FilterParser } from "ldapts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeFilterValue, filledIn } from "./filter.js";
import { personOf, valuesOf } from "./person.js";

describe("values in filters", () => {
  it("stand for themselves, whatever signs they are of (RFC 4515 3)", () => {
    expect(escapeFilterValue("a*b(c)\\d\0")).toBe("a\\2ab\\28c\\29\\5cd\\00");
    expect(filledIn("(|(uid={login})(x={other}))", { login: "a)(uid=*" })).toBe(
      "(|(uid=a\\29\\28uid=\\2a)(x={other}))",
    );
  });

  it("never change what a filter is made of, and come back as they were", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
        const filter = FilterParser.parseString(filledIn("(&(a=b)(uid={login}))", { login: text })) as unknown as {
          readonly filters: readonly { readonly attribute: string; readonly value: string | Buffer }[];
        };
        expect(filter.filters.map(({ attribute }) => attribute)).toEqual(["a", "uid"]);
        expect(String(filter.filters[1]?.value)).toBe(text);
      }),
    );
  });
});

describe("a person of an entry", () => {
  const map = { login: "sAMAccountName", displayName: "displayName", firstName: "givenName", lastName: "sn" };

  it("is read by the attribute map, whatever the case of the names and the number of values", () => {
    const entry = {
      dn: "cn=x",
      samaccountname: ["Ann"],
      DisplayName: "",
      cn: Buffer.from("Ann Ärcher"),
      proxyAddresses: ["SMTP:Ann@Mail.Example", "smtp:a.a@mail.example", "X400:c=de", "sip:ann@mail.example"],
      mail: "ann@mail.example",
    };
    expect(personOf(entry, { ...map, aliases: ["proxyAddresses", "mail"] }, ["g"])).toEqual({
      login: "ann",
      displayName: "Ann Ärcher",
      firstName: null,
      lastName: null,
      aliases: ["ann@mail.example", "a.a@mail.example"],
      groups: ["g"],
    });
  });

  it("is nobody without a login", () => {
    expect(personOf({ cn: "x" }, { ...map, aliases: [] }, [])).toBeUndefined();
    expect(valuesOf({ mail: [] }, "mail")).toEqual([]);
  });
});
