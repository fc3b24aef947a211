import { readXml } from "@kalends/dav-xml";
import { describe, expect, it } from "vitest";
import { compareXml } from "./compare.js";
import { parseTranscript } from "./parse.js";
import { fill, matchText } from "./template.js";

const nothing = new Map<string, string>();
const el = (text: string) => readXml(text);

describe("transcripts", () => {
  it("reads titles, people, requests, bodies and expectations", () => {
    const [scene, another] = parseTranscript(
      [
        "# A title",
        "as ann",
        "> PUT /a.ics",
        "> Content-Type: text/calendar",
        "> BEGIN:VCALENDAR",
        "> END:VCALENDAR",
        "< 201",
        "< ETag: {{one}}",
        "< no Location",
        "< statements: 4",
        "<xml <a>",
        "  <b/></a>",
        "! sync-collection of / unchanged",
        "> GET /a.ics",
        "< 200",
        "# Another",
      ].join("\n"),
    );
    expect(another?.steps).toEqual([]);
    expect(scene?.steps.map(({ method, as }) => `${as} ${method}`)).toEqual(["ann PUT", "ann GET"]);
    const [put] = scene?.steps ?? [];
    expect(put?.body).toEqual({ text: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n" });
    expect(put?.expectations.map(({ kind, value }) => [kind, value])).toEqual([
      ["status", "201"],
      ["header", "{{one}}"],
      ["absent", ""],
      ["statements", "4"],
      ["xml", "<a>\n<b/></a>"],
    ]);
    expect(put?.assertions).toEqual([{ kind: "sync", path: "/", changed: false }]);
  });

  it("catches values in texts, uses them, and refuses others", () => {
    const caught = matchText('"{{tag}}"', '"abc"', nothing);
    expect(caught?.get("tag")).toBe("abc");
    expect(fill("x{{tag}}", caught ?? nothing)).toBe("xabc");
    expect(matchText("{{tag}}", "other", caught ?? nothing)).toBeNull();
    expect(() => fill("{{tag}}", nothing)).toThrow("no value yet");
  });

  it("compares XML without regard to order or prefixes, and names the first difference", () => {
    const expected = el('<a xmlns="DAV:"><b>1</b><c x="y"/></a>');
    const same = el('<d:a xmlns:d="DAV:"> <d:c x="y"/> <d:b> 1 </d:b></d:a>');
    expect(compareXml(expected, same, "whole", nothing)).toHaveProperty("variables");
    const more = el('<a xmlns="DAV:"><b>1</b><c x="y"/><e/></a>');
    expect(compareXml(expected, more, "whole", nothing)).toHaveProperty("difference");
    expect(compareXml(expected, more, "part", nothing)).toHaveProperty("variables");
    const other = el('<a xmlns="DAV:"><b>2</b><c x="y"/></a>');
    expect(compareXml(expected, other, "part", nothing)).toEqual({
      difference: '{DAV:}a / {DAV:}b is "2", not "1"',
    });
  });
});
