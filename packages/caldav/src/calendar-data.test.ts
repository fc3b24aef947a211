import { Refused } from "@kalends/dav-core";
import { readXml } from "@kalends/dav-xml";
import { describe, expect, it } from "vitest";
import { decodeCalendarData } from "./calendar-data.js";

const root = (data: string) =>
  readXml(
    `<C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:prop>${data}</D:prop></C:calendar-query>`,
  );
const decode = (data: string) => decodeCalendarData(root(data));

function refusalOf(data: string): { readonly status: number; readonly condition?: string } | undefined {
  try {
    decode(data);
    return undefined;
  } catch (error) {
    return error instanceof Refused ? error.refusal : undefined;
  }
}

describe("decodeCalendarData", () => {
  it("is undefined where no calendar data is asked for, and empty for the whole object (CAL-90)", () => {
    expect(decode("<D:getetag/>")).toBeUndefined();
    expect(decode("<C:calendar-data/>")).toEqual({});
  });

  it("reads the tree of components and properties (CAL-91, CAL-92)", () => {
    const read = decode(
      `<C:calendar-data><C:comp name="VCALENDAR"><C:allprop/>
        <C:comp name="vevent"><C:prop name="SUMMARY"/><C:prop name="DESCRIPTION" novalue="yes"/></C:comp></C:comp></C:calendar-data>`,
    );
    expect(read?.comp).toEqual({
      name: "VCALENDAR",
      allprop: true,
      props: [],
      allcomp: false,
      comps: [
        {
          name: "VEVENT",
          allprop: false,
          props: [
            { name: "SUMMARY", novalue: false },
            { name: "DESCRIPTION", novalue: true },
          ],
          allcomp: false,
          comps: [],
        },
      ],
    });
  });

  it("reads the ranges (CAL-93, CAL-95, CAL-96)", () => {
    const range = 'start="20260101T000000Z" end="20260102T000000Z"';
    const read = decode(`<C:calendar-data><C:expand ${range}/><C:limit-freebusy-set ${range}/></C:calendar-data>`);
    const expected = { start: Date.UTC(2026, 0, 1), end: Date.UTC(2026, 0, 2) };
    expect(read).toEqual({ expand: expected, limitFreebusySet: expected });
  });

  it.each(['content-type="application/calendar+json"', 'content-type="text/calendar" version="1.0"'])(
    "refuses %s with supported-calendar-data (CAL-90)",
    (attributes) => {
      expect(refusalOf(`<C:calendar-data ${attributes}/>`)).toMatchObject({
        status: 403,
        condition: "{urn:ietf:params:xml:ns:caldav}supported-calendar-data",
      });
    },
  );

  it.each([
    '<C:expand start="20260102T000000Z" end="20260101T000000Z"/>',
    '<C:expand start="20260102T000000Z"/>',
    '<C:expand start="20260101T000000Z" end="20260102T000000Z"/><C:limit-recurrence-set start="20260101T000000Z" end="20260102T000000Z"/>',
  ])("answers 400 to %s (CAL-97)", (inner) => {
    expect(refusalOf(`<C:calendar-data>${inner}</C:calendar-data>`)?.status).toBe(400);
  });
});
