import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import type { Call } from "../http/call.js";
import { createMeter } from "./meter.js";
import { meterRequests } from "./requests.js";
import { METRICS } from "./table.js";

const meter = createMeter();
const requests = meterRequests(meter, {
  knowsVerb: (verb) => ["GET", "REPORT"].includes(verb),
  reportName: (root) => (root === "{DAV:}sync-collection" ? "sync-collection" : undefined),
});

function answered(method: string, report?: string, headersSent = true): void {
  const response = Object.assign(new EventEmitter(), { headersSent, statusCode: 200 });
  const state = { requestId: "1", tally: { count: 2 }, ...(report === undefined ? {} : { report }) };
  requests.begin({ request: { method }, response, path: "/", state } as unknown as Call);
  expect(requests.inFlight()).toBe(1);
  response.emit("close");
}

it("counts what clients invent as other, so that they cannot make series", () => {
  for (let i = 0; i < 50; i += 1) answered(`BREW${i}`);
  for (let i = 0; i < 50; i += 1) answered("REPORT", `{x}y${i}`);
  answered("REPORT", "{DAV:}sync-collection");
  answered("GET", undefined, false);
  expect(requests.inFlight()).toBe(0);
  const { [METRICS.requestSeconds.name]: seconds = {}, [METRICS.responses.name]: responses = {} } = meter.figures();
  expect(Object.keys(seconds).sort()).toEqual(["GET\0", "REPORT\0other", "REPORT\0sync-collection", "other\0"]);
  expect(responses).toEqual({ "other\u0000200": [50], "REPORT\u0000200": [51], "GET\u00000": [1] });
});
