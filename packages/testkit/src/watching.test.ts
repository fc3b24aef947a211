import { createWatchListener } from "@kalends/server";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eachDatabase } from "./databases.js";
import { startServer, type TestServer } from "./server.js";

const TOKEN = "a-token-for-the-one-who-watches";
const RANGE =
  '<C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:prop><D:getetag/></D:prop>' +
  '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>';
const event = (uid: string) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\n` +
  "DTSTART:20260102T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

eachDatabase("keeping watch", (database) => {
  let server: TestServer;
  let bare: TestServer;
  beforeAll(async () => {
    server = await startServer({ database, config: { metrics: { token: TOKEN }, trustProxy: true } });
    bare = await startServer({ database: { sharedWith: server } });
  });
  afterAll(async () => {
    await bare.stop();
    await server.stop();
  });

  const metrics = async (authorization?: string) =>
    fetch(`${server.base}/metrics`, authorization === undefined ? {} : { headers: { authorization } });
  /** The value of one series; 0 when it is not there. */
  const figure = async (series: string): Promise<number> => {
    const lines = (await (await metrics(`Bearer ${TOKEN}`)).text()).split("\n");
    return Number(lines.find((line) => line.startsWith(`${series} `))?.slice(series.length + 1) ?? 0);
  };

  it("tells its figures to who has the token, to nobody else, and is not there without a token", async () => {
    expect((await metrics()).status).toBe(401);
    expect((await metrics(`Bearer ${TOKEN}x`)).status).toBe(401);
    const told = await metrics(`Bearer ${TOKEN}`);
    expect(told.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await told.text()).toContain("# TYPE kalends_http_request_duration_seconds histogram\n");
    expect((await fetch(`${bare.base}/metrics`)).status).toBe(401);
    expect(await (await fetch(`${bare.base}/metrics`)).text()).not.toContain("kalends_");
  });

  it("counts requests by method and report, their statements and what became of sign-ins", async () => {
    const ann = await server.someone();
    const calendar = `${ann.home}Calendar/`;
    await ann.put(`${calendar}a.ics`, event("a"));
    for (let i = 0; i < 3; i += 1) await ann.request("REPORT", calendar, { headers: { Depth: "1" }, body: RANGE });
    await server.client(ann.login, "wrong").get(calendar);
    expect(await figure('kalends_http_request_duration_seconds_count{method="REPORT",report="calendar-query"}')).toBe(
      3,
    );
    expect(await figure('kalends_http_request_statements_count{method="REPORT",report="calendar-query"}')).toBe(3);
    expect(
      await figure('kalends_http_request_statements_sum{method="REPORT",report="calendar-query"}'),
    ).toBeGreaterThan(2);
    expect(await figure('kalends_http_responses_total{method="REPORT",status="207"}')).toBe(3);
    expect(await figure('kalends_http_responses_total{method="PUT",status="201"}')).toBe(1);
    expect(await figure('kalends_sign_ins_total{outcome="wrong"}')).toBe(1);
    expect(await figure('kalends_sign_ins_total{outcome="checked"}')).toBe(1);
    expect(await figure('kalends_sign_ins_total{outcome="remembered"}')).toBe(3);
    expect(await figure("kalends_ready")).toBe(1);
    expect(await figure("process_cpu_seconds_total")).toBeGreaterThan(0);
    expect(await figure('kalends_outbox_messages{state="waiting"}')).toBeGreaterThanOrEqual(0);
    expect(await figure("kalends_http_requests_in_flight")).toBe(0);
  });

  it("names every request in its answer, as a trusted proxy does", async () => {
    const paths = ["/", "/healthz", "/.well-known/caldav", "/CalDAV/", "/feeds/none.ics", "/nothing"];
    for (const path of paths) {
      const given = await fetch(server.base + path, { headers: { "X-Request-Id": "edge-1" }, redirect: "manual" });
      expect([path, given.headers.get("x-request-id")]).toEqual([path, "edge-1"]);
      const own = await fetch(bare.base + path, { headers: { "X-Request-Id": "edge-1" }, redirect: "manual" });
      expect(own.headers.get("x-request-id"), path).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it("says in one line why it is not ready", async () => {
    let isReady = false;
    let isThere = true;
    const health = async () => ({ ok: isThere, version: "" });
    const house = { ...server.house, ready: () => isReady };
    const services = { ...server.house.services, db: { ...server.db, health } };
    const watch = createWatchListener({ ...house, services }, server.house.figures);
    await new Promise<void>((resolve) => void watch.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(watch.address() as AddressInfo).port}`;
    const ready = async () => {
      const answer = await fetch(`${base}/readyz`);
      return [answer.status, await answer.text()];
    };
    expect(await ready()).toEqual([503, "not ready: the server is starting\n"]);
    isReady = true;
    expect(await ready()).toEqual([200, "ready\n"]);
    isThere = false;
    expect(await ready()).toEqual([503, "not ready: the database does not answer\n"]);
    isReady = false;
    expect(await ready()).toEqual([503, "not ready: the server is stopping\n"]);
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${base}/metrics`)).text()).toContain("kalends_ready 1\n");
    expect((await fetch(`${base}/CalDAV/`)).status).toBe(404);
    watch.close();
    watch.closeAllConnections();
  });
});
