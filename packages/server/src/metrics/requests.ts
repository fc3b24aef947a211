import type { ServerResponse } from "node:http";
import type { Call } from "../http/call.js";
import { countIn } from "./figures.js";
import type { Meter } from "./meter.js";
import { METRICS } from "./table.js";

/** The series of one method and report, found by one look-up. */
interface Kind {
  readonly method: string;
  readonly seconds: number[];
  readonly statements: number[];
  readonly responses: Map<number, number[]>;
}

/** What clients may make us tell apart. */
export interface Vocabulary {
  knowsVerb(verb: string): boolean;
  /** The name of a report by the root of its body, as it was declared; undefined for what is none. */
  reportName(root: string): string | undefined;
}

export interface RequestMeter {
  /** Counts a request from now on to the end of its answer. */
  begin(call: Call): void;
  /** How many are being answered. */
  inFlight(): number;
}

const OTHER = "other";

/** Counts requests by method and report, in some microseconds each; whatever clients invent is counted as `other`. */
export function meterRequests(meter: Meter, words: Vocabulary): RequestMeter {
  const kinds = new Map<string, Kind>();
  let open = 0;

  function kindOf(verb: string, root: string | undefined): Kind {
    const method = words.knowsVerb(verb) ? verb : OTHER;
    const report = root === undefined ? "" : (words.reportName(root) ?? OTHER);
    const key = `${method} ${report}`;
    const there = kinds.get(key);
    if (there) return there;
    const made: Kind = {
      method,
      seconds: meter.series(METRICS.requestSeconds, { method, report }),
      statements: meter.series(METRICS.requestStatements, { method, report }),
      responses: new Map(),
    };
    kinds.set(key, made);
    return made;
  }

  function answered(kind: Kind, { headersSent, statusCode }: ServerResponse): void {
    const status = headersSent ? statusCode : 0;
    let count = kind.responses.get(status);
    if (!count) {
      count = meter.series(METRICS.responses, { method: kind.method, status: String(status) });
      kind.responses.set(status, count);
    }
    count[0] = (count[0] ?? 0) + 1;
  }

  return {
    begin({ request, response, state }) {
      const start = performance.now();
      open += 1;
      response.once("close", () => {
        open -= 1;
        const kind = kindOf(request.method ?? "GET", state.report);
        countIn(kind.seconds, METRICS.requestSeconds.buckets, (performance.now() - start) / 1000);
        if (state.tally) countIn(kind.statements, METRICS.requestStatements.buckets, state.tally.count);
        answered(kind, response);
      });
    },
    inFlight: () => open,
  };
}
