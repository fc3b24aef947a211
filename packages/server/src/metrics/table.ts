/** One figure that the server tells: what it means, how it is labelled, how those of several processes become one. */
export interface Metric<Label extends string = string> {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** One sentence, with the unit. */
  readonly help: string;
  readonly labels: readonly Label[];
  /** Upper bounds of a histogram, growing. */
  readonly buckets: readonly number[];
  /** Of several processes. */
  readonly across: "sum" | "max";
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const COUNTS = [0, 1, 2, 3, 4, 5, 7, 10, 20, 50, 100];

function metric<L extends string = never>(
  type: Metric["type"],
  name: string,
  help: string,
  more: { readonly labels?: readonly L[]; readonly buckets?: readonly number[]; readonly across?: "max" } = {},
): Metric<L> {
  const { labels = [], buckets = [], across = "sum" } = more;
  return Object.freeze({ name, type, help, labels, buckets, across });
}

/**
 * Everything that `/metrics` tells. Label values come from lists the server owns (verbs, reports, statuses, outcomes),
 * never from what a client sends, so that there are at most some hundreds of series.
 */
export const METRICS = Object.freeze({
  requestSeconds: metric(
    "histogram",
    "kalends_http_request_duration_seconds",
    "Time from a request's headers to the end of its answer.",
    {
      labels: ["method", "report"],
      buckets: SECONDS,
    },
  ),
  requestStatements: metric(
    "histogram",
    "kalends_http_request_statements",
    "SQL statements one request took besides its sign-in.",
    {
      labels: ["method", "report"],
      buckets: COUNTS,
    },
  ),
  responses: metric(
    "counter",
    "kalends_http_responses_total",
    "Answers by status; 0 = the client left before it began.",
    {
      labels: ["method", "status"],
    },
  ),
  inFlight: metric("gauge", "kalends_http_requests_in_flight", "Requests that are being answered."),
  signIns: metric(
    "counter",
    "kalends_sign_ins_total",
    "Credentials looked at: remembered, checked, wrong, throttled, unavailable.",
    {
      labels: ["outcome"],
    },
  ),
  throttled: metric(
    "counter",
    "kalends_throttled_total",
    "Requests held off: sign-in, visitor (without credentials).",
    {
      labels: ["what"],
    },
  ),
  statementSeconds: metric(
    "histogram",
    "kalends_statement_duration_seconds",
    "Time of one SQL statement, waiting for its session included.",
    {
      buckets: SECONDS,
    },
  ),
  sessions: metric("gauge", "kalends_database_sessions", "Sessions with the database: in_use, idle.", {
    labels: ["state"],
  }),
  sessionsWaiting: metric("gauge", "kalends_database_waiting", "Statements and transactions that wait for a session."),
  outbox: metric("gauge", "kalends_outbox_messages", "Messages of the outbox: waiting, failed (given up).", {
    labels: ["state"],
    across: "max",
  }),
  outboxAge: metric("gauge", "kalends_outbox_oldest_seconds", "Age of the oldest message that waits.", {
    across: "max",
  }),
  offloadWaiting: metric("gauge", "kalends_offload_waiting", "Large bodies that wait for a worker thread."),
  offloadRunning: metric("gauge", "kalends_offload_running", "Large bodies that worker threads work on."),
  loopDelay: metric(
    "histogram",
    "kalends_event_loop_delay_seconds",
    "How late the event loop ran a timer that is due twenty times a second.",
    {
      buckets: [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    },
  ),
  ready: metric("gauge", "kalends_ready", "1 while requests are served."),
  processes: metric("gauge", "kalends_processes", "Processes whose figures are in here."),
  build: metric("gauge", "kalends_build_info", "1, with what runs.", {
    labels: ["version", "node", "database"],
    across: "max",
  }),
  cpuSeconds: metric("counter", "process_cpu_seconds_total", "Processor time, user and system, in seconds."),
  residentBytes: metric("gauge", "process_resident_memory_bytes", "Resident memory in octets."),
  heapBytes: metric("gauge", "nodejs_heap_size_used_bytes", "JavaScript heap in use, in octets."),
  startTime: metric(
    "gauge",
    "process_start_time_seconds",
    "When the youngest process started, in seconds since 1970.",
    {
      across: "max",
    },
  ),
});

export const metricList: readonly Metric[] = Object.values<Metric>(METRICS);
