import { createListener, type MadeLink } from "@kalends/server";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { expect, it } from "vitest";
import { eachDatabase } from "./databases.js";
import { startServer } from "./server.js";

const MARK = "m4rker";
const basic = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;

eachDatabase("the log", (database) => {
  it("holds no password, token, app password, secret link, cookie, query or body, whatever goes wrong", async () => {
    const token = `${MARK}-metrics-token`;
    const server = await startServer({ database, config: { metrics: { token } } });
    const lines: string[] = [];
    const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
    const failing = {
      ...server.db,
      rows: () => Promise.reject(new Error("broken")),
      one: () => Promise.reject(new Error("broken")),
    };
    const password = `${MARK}-password`;
    await server.createAccount("ann", password);
    const { generated: appPassword } = await server.admin<{ generated: string }>("user.app-password.create", {
      name: "ann",
      label: "phone",
    });
    const made = await server.admin<MadeLink>("link.create", { calendars: ["~ann/Calendar"] });
    const feed = new URL(made.url).pathname;
    for (const db of [server.db, failing]) {
      const http = createListener({ ...server.house, log, services: { ...server.house.services, db } });
      await new Promise<void>((resolve) => void http.listen(0, "127.0.0.1", resolve));
      const base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
      const credentials = [
        basic("ann", password),
        basic("ann", appPassword),
        basic("ann", `${MARK}-wrong`),
        basic(`${MARK}-password-typed-as-name`, "x"),
        `Bearer ${token}`,
        `Bearer ${MARK}.bearer.token`,
        `Digest ${MARK}`,
      ];
      const paths = [
        "/",
        "/metrics",
        "/CalDAV/~ann/Calendar/",
        "/CalendarData/Calendar.ics",
        "/api/links",
        "/principals/",
        "/nothing",
      ];
      for (const authorization of credentials) {
        for (const path of paths) {
          const url = `${base}${path}?ticket=${MARK}-query`;
          const headers = { authorization, cookie: `${MARK}-cookie`, "x-custom": MARK, "user-agent": `${MARK}-agent` };
          await fetch(url, { headers });
          if (!path.startsWith("/CalDAV/")) continue;
          await fetch(url, { method: "PUT", headers, body: `${MARK}-body` });
          await fetch(url, { method: "PROPFIND", headers, body: `<${MARK}` });
        }
      }
      for (const method of ["GET", "PUT", "PROPFIND"]) await fetch(base + feed, { method });
      http.close();
      http.closeAllConnections();
    }
    const text = lines.join("");
    expect(lines.length).toBeGreaterThan(100);
    expect(text).toContain("request failed");
    expect(text).not.toContain(MARK);
    expect(text).not.toContain(appPassword);
    expect(text).not.toContain(feed.slice(7, 30));
    await server.stop();
  }, 60_000);
});
