import { octetsOf } from "@kalends/dav-xml";
import { sql } from "@kalends/store";
import { expect, it } from "vitest";
import { memberCells } from "./member-cells.js";

const cells = (...texts: readonly string[]) => texts.map(octetsOf);

it("reads columns where the statement puts them, in part where something is hidden (SHR-90)", () => {
  const columns = new Set(["etag", "size", "scheduleTag", "data"] as const);
  const all = memberCells(columns, null);
  expect(all.read(cells("-", "a.ics", "tag", "12", "+s", "text"), 1)).toMatchObject({
    name: "a.ics",
    etag: "tag",
    size: 12,
    scheduleTag: "s",
    stored: "text",
  });
  expect(all.joined(sql`${"-"}::text`).values).toHaveLength(all.width - 1);
  const part = memberCells(columns, (text) => (text === "secret" ? null : text.toUpperCase()));
  expect(part.read(cells("a.ics", "tag", "12", "", "text", ""), 0)).toMatchObject({
    scheduleTag: null,
    stored: "text",
  });
  expect(part.read(cells("a.ics", "tag", "12", "+s", "", "+some"), 0)).toMatchObject({
    data: "SOME",
    size: 4,
    scheduleTag: null,
    reduced: true,
  });
  expect(part.read(cells("a.ics", "tag", "12", "", "", "+secret"), 0)).toBeNull();
});
