import { readFileSync } from "node:fs";
import { type Clark, cal, child, cs, dav, ical, me, readXml } from "@kalends/dav-xml";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type DavClient, multistatusOf } from "./client/client.js";
import type { ToldResource } from "./client/multistatus.js";
import { eachDatabase } from "./databases.js";
import { startServer, type TestServer } from "./server.js";

const body = readFileSync(new URL("../../../test-fixtures/dav/apple-home.xml", import.meta.url), "utf8");
const asked = (child(readXml(body), dav("prop"))?.children ?? []).map(({ name }) => name);

/** What a plain new calendar and a home have of what Apple asks; all else is 404. */
const ofCalendar: readonly Clark[] = [
  dav("add-member"),
  me("bulk-requests"),
  dav("current-user-privilege-set"),
  dav("displayname"),
  cs("getctag"),
  cal("max-attendees-per-instance"),
  dav("owner"),
  dav("resource-id"),
  dav("resourcetype"),
  cal("schedule-calendar-transp"),
  cal("supported-calendar-component-set"),
  dav("supported-report-set"),
  dav("sync-token"),
];
const ofHome: readonly Clark[] = [
  dav("current-user-privilege-set"),
  cs("getctag"),
  dav("owner"),
  dav("resource-id"),
  dav("resourcetype"),
  cal("supported-calendar-component-sets"),
  dav("supported-report-set"),
  dav("sync-token"),
];
/** Names nobody here will ever have before sharing, push and attachments exist. */
const never: readonly Clark[] = [
  cs("push-transports"),
  cs("pushkey"),
  cs("xmpp-server"),
  cs("xmpp-uri"),
  cal("calendar-alarm"),
  cs("invite"),
  cs("publish-url"),
  ical("autoprovisioned"),
  cal("managed-attachments-server-URL"),
];

eachDatabase("the forty properties of Apple's home listing", (database) => {
  let server: TestServer;
  let ann: DavClient & { readonly home: string };
  let responses: readonly ToldResource[];
  beforeAll(async () => {
    server = await startServer({ database });
    ann = await server.someone();
    const headers = { Depth: "1", "Content-Type": "text/xml" };
    responses = multistatusOf(await ann.request("PROPFIND", ann.home, { headers, body })).responses;
  });
  afterAll(() => server.stop());

  const found = (href: string): readonly Clark[] => {
    const told = responses.find((response) => response.href === href);
    return asked.filter((name) => told?.props.get(name)?.status === 200);
  };

  it("are each told exactly once for each resource, found or not (APL-11, DAV-25)", () => {
    expect(asked.length).toBeGreaterThan(38);
    expect(responses.length).toBeGreaterThanOrEqual(4);
    for (const { props } of responses) {
      expect([...props.keys()].sort()).toEqual([...asked].sort());
      expect([...props.values()].filter(({ status }) => ![200, 404].includes(status))).toEqual([]);
    }
  });

  it("are there where Apple needs them (APL-11, APL-20, APL-21, SYNC-01)", () => {
    expect(found(`${ann.home}Calendar/`)).toEqual(expect.arrayContaining([...ofCalendar]));
    expect(found(`${ann.home}Tasks/`)).toEqual(expect.arrayContaining([...ofCalendar]));
    expect(found(ann.home)).toEqual(expect.arrayContaining([...ofHome]));
  });

  it("are not there when they would promise what is not offered (APL-11)", () => {
    for (const { href } of responses) expect(found(href).filter((name) => never.includes(name))).toEqual([]);
  });
});
