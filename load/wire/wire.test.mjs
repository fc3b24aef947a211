import { expect, it } from "vitest";
import { busyIn, uidsIn } from "./calendar-text.mjs";
import { readMultistatus } from "./multistatus.mjs";

it("finds UIDs wherever they stand in a component, folded or not", () => {
  const lines = ["BEGIN:VCALENDAR", "BEGIN:VTIMEZONE", "TZID:UID:no", "END:VTIMEZONE", "BEGIN:VEVENT", "SUMMARY:x"];
  const more = ["UID:a-", " b", "END:VEVENT", "BEGIN:VTODO", "UID;X=1:c", "END:VTODO", "END:VCALENDAR"];
  expect(uidsIn([...lines, ...more].join("\r\n"))).toEqual(["a-b", "c"]);
  expect(uidsIn([...lines, ...more].join("\n"))).toEqual(["a-b", "c"]);
});

it("reads busy periods with an end or a length, without those that are free", () => {
  const text =
    "FREEBUSY:20250501T090000Z/20250501T100000Z,20250502T000000Z/PT1H30M\r\nFREEBUSY;FBTYPE=FREE:20250503T000000Z/P1D";
  const from = Date.UTC(2025, 4, 1, 9);
  const next = Date.UTC(2025, 4, 2);
  expect(busyIn(text)).toEqual([
    [from, from + 3_600_000],
    [next, next + 5_400_000],
  ]);
});

it("reads a multistatus of any prefixes, with entities, CDATA, absolute addresses and status before or after", () => {
  const text = `<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:c="urn:x">
    <response><href>http://host/a%20b.ics</href><propstat><status>HTTP/1.1 200 OK</status><prop><getetag>"1&amp;2"</getetag>
      <c:calendar-data><![CDATA[BEGIN<x>]]></c:calendar-data><owner><href>/p/</href></owner></prop></propstat>
      <propstat><prop><gone/></prop><status>HTTP/1.1 404 Not Found</status></propstat></response>
    <response><href>/old.ics</href><status>HTTP/1.1 404 Not Found</status></response>
    <sync-token>t:1</sync-token></multistatus>`;
  const { token, responses } = readMultistatus(Buffer.from(text));
  expect(token).toBe("t:1");
  expect(responses[0].href).toBe("/a b.ics");
  expect(responses[0].props.getetag).toBe('"1&2"');
  expect(responses[0].props["calendar-data"]).toBe("BEGIN<x>");
  expect(Object.keys(responses[0].props)).not.toContain("gone");
  expect(responses[1]).toEqual({ href: "/old.ics", status: 404, props: {} });
  expect(() => readMultistatus(Buffer.from("<a><b></a>"))).toThrow("closes something else");
});
