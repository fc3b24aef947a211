import { describe, expect, it } from "vitest";
import { createCrewFigures } from "./crew.js";
import { type Figures, together } from "./figures.js";
import { createMeter } from "./meter.js";
import { METRICS, metricList } from "./table.js";
import { prometheusText } from "./text.js";

const { responses, inFlight, requestStatements, startTime } = METRICS;

/** A process that has answered so many requests and works on one. */
function worker(answered: number, start = 1): Figures {
  const meter = createMeter();
  meter.add(responses, { method: "GET", status: "200" }, answered);
  meter.set(inFlight, {}, 1);
  meter.set(startTime, {}, start);
  meter.observe(requestStatements, { method: "GET", report: "" }, answered);
  return meter.figures();
}

const textOf = (all: readonly Figures[]) => prometheusText(together(all, metricList), metricList).split("\n");

describe("figures of several processes", () => {
  it("add up; of start times the latest counts", () => {
    const lines = textOf([worker(3, 10), worker(4, 20)]);
    expect(lines).toContain('kalends_http_responses_total{method="GET",status="200"} 7');
    expect(lines).toContain("kalends_http_requests_in_flight 2");
    expect(lines).toContain("process_start_time_seconds 20");
    expect(lines).toContain('kalends_http_request_statements_bucket{method="GET",report="",le="3"} 1');
    expect(lines).toContain('kalends_http_request_statements_bucket{method="GET",report="",le="+Inf"} 2');
    expect(lines).toContain('kalends_http_request_statements_sum{method="GET",report=""} 7');
  });

  it("keep the counters of a process that is gone, and forget its gauges", async () => {
    const crew = createCrewFigures();
    crew.joined(1, async () => worker(3));
    crew.joined(2, async () => worker(4));
    await crew.current();
    crew.said(1, worker(5));
    crew.left(1);
    crew.joined(3, async () => worker(1));
    const lines = textOf(await crew.current());
    expect(lines).toContain('kalends_http_responses_total{method="GET",status="200"} 10');
    expect(lines).toContain("kalends_http_requests_in_flight 2");
  });

  it("count with what a process said before when it does not answer", async () => {
    const crew = createCrewFigures();
    let isBusy = false;
    crew.joined(1, async () => (isBusy ? Promise.reject(new Error("busy")) : worker(3)));
    await crew.current();
    isBusy = true;
    expect(textOf(await crew.current())).toContain('kalends_http_responses_total{method="GET",status="200"} 3');
  });
});

describe("the text format", () => {
  it("tells the type of every metric, also of those without a series", () => {
    const lines = textOf([]);
    for (const { name, type } of metricList) expect(lines).toContain(`# TYPE ${name} ${type}`);
  });

  it("escapes what would end a label", () => {
    const meter = createMeter();
    meter.add(METRICS.throttled, { what: 'a"b\\c\nd' });
    expect(textOf([meter.figures()])).toContain('kalends_throttled_total{what="a\\"b\\\\c\\nd"} 1');
  });
});
