import type { Revision } from "@kalends/store";
import fc from "fast-check";
import { expect, it } from "vitest";
import { formatSyncToken, parseSyncToken } from "./sync-token.js";

const uuid = "0a1b2c3d-0000-4000-8000-000000000001";

it("reads back what it printed, whatever the name (SYNC-51)", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.option(fc.string({ unit: "grapheme" }), { nil: undefined }),
      fc.boolean(),
      (revision, after, inPart) => {
        const cursor = after === undefined ? {} : { after };
        const point = { uuid, revision: revision as Revision, ...cursor, ...(inPart ? { inPart } : {}) };
        expect(parseSyncToken(formatSyncToken(point))).toEqual(point);
      },
    ),
  );
});

it("prints a URI without anything XML or URIs would escape (SYNC-06)", () => {
  expect(formatSyncToken({ uuid, revision: 7 as Revision, after: "a b&<é>.ics" })).toMatch(/^data:,[A-Za-z0-9_-]+$/);
});

it.each(["", "data:,", `data:,${uuid}`, `data:,${uuid}_x`, `data:,${uuid}_1_!`, `${uuid}_1`, `data:,${uuid}_1_a_b c`])(
  "takes '%s' for no token of ours (SYNC-06)",
  (token) => {
    expect(parseSyncToken(token)).toBeUndefined();
  },
);
