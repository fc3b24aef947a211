import { sql } from "@kalends/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addCollection, event, lunch, openWorld, put, send, told, type World, xml } from "../../test/world.js";

let world: World;
const path = "/CalDAV/~ann/Cal/";

beforeAll(async () => {
  world = await openWorld();
  await addCollection(world, "ann", "Cal");
  await put(world, `${path}a.ics`, lunch("a"));
  await put(world, `${path}b.ics`, event("b", "DTSTART;TZID=Europe/Berlin:20260110T120000", "DURATION:PT1H"));
});
afterAll(() => world.db.close());

const get = (headers: Readonly<Record<string, string>> = {}) => send(world, "GET", path, { headers });

describe("GET of a calendar", () => {
  it("gives all objects as one VCALENDAR with the calendar's name (clients: Thunderbird's ics provider)", async () => {
    const { status, headers, text } = await get({ accept: "text/calendar,text/plain;q=0.8,*/*;q=0.5" });
    expect(status).toBe(200);
    expect(headers["Content-Type"]).toBe("text/calendar; charset=utf-8");
    expect(text.match(/BEGIN:VCALENDAR/g)).toHaveLength(1);
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(2);
    expect(text).toContain("X-WR-CALNAME:Cal");
    expect(text.endsWith("END:VCALENDAR\r\n")).toBe(true);
  });

  it("answers 304 until a member changes (RFC 9110 13.1.2)", async () => {
    const tag = (await get()).headers.ETag ?? "";
    expect((await get({ "if-none-match": tag })).status).toBe(304);
    await put(world, `${path}c.ics`, lunch("c"));
    expect((await get({ "if-none-match": tag })).status).toBe(200);
  });

  it("has another tag after a new name or colour, though the date stays (RFC 9110 8.8.3, DAV-46)", async () => {
    const dated = async () => {
      const answer = await send(world, "PROPFIND", path, {
        headers: { depth: "0" },
        body: xml("D:propfind", "<D:prop><D:getlastmodified/></D:prop>"),
      });
      return told(answer)[0]?.props.get("{DAV:}getlastmodified")?.el.text;
    };
    // The date of the last write is long past, so that a write of today would show.
    await world.db.rows(sql`update collection set modified_at = '2026-01-02' where display_name = 'Cal'`);
    const date = await dated();
    const tags = new Set([(await get()).headers.ETag]);
    for (const change of ["<D:displayname>New</D:displayname>", "<A:calendar-color>#ff0000</A:calendar-color>"]) {
      const body = xml("D:propertyupdate", `<D:set><D:prop>${change}</D:prop></D:set>`);
      expect((await send(world, "PROPPATCH", path, { body })).status).toBe(207);
      tags.add((await get()).headers.ETag);
    }
    expect(tags.size).toBe(3);
    expect(await dated()).toBe(date);
  });

  it("gives an empty calendar as a VCALENDAR all the same (RFC 5545 3.4)", async () => {
    await addCollection(world, "ann", "Empty");
    const { text } = await send(world, "GET", "/CalDAV/~ann/Empty/");
    expect(text).toMatch(/^BEGIN:VCALENDAR\r\n[\s\S]*END:VCALENDAR\r\n$/);
  });

  it("shows browsers a page (RFC 4918 9.4)", async () => {
    const answer = await get({ accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" });
    expect(answer.headers["Content-Type"]).toBe("text/html; charset=utf-8");
    expect(answer.text).toContain(`${path}a.ics`);
  });
});
