import type { Services } from "@kalends/dav-core";
import { type OutboxState, outboxState } from "@kalends/store";
import type { WorkerPool } from "../offload.js";
import { VERSION } from "../version.js";
import type { Figures } from "./figures.js";
import type { Meter } from "./meter.js";
import { noteProcess } from "./process.js";
import type { RequestMeter } from "./requests.js";
import { METRICS } from "./table.js";

/** What a process that serves can be asked. */
export interface Observed {
  readonly meter: Meter;
  readonly requests: RequestMeter;
  readonly services: Pick<Services, "db" | "clock">;
  readonly offload: Pick<WorkerPool, "load">;
  readonly ready: () => boolean;
}

/** The figures of this process as they are just now. Asks the database nothing. */
export function ownFigures({ meter, requests, services, offload, ready }: Observed): Figures {
  const { inUse, idle, waiting } = services.db.sessions();
  meter.set(METRICS.sessions, { state: "in_use" }, inUse);
  meter.set(METRICS.sessions, { state: "idle" }, idle);
  meter.set(METRICS.sessionsWaiting, {}, waiting);
  meter.set(METRICS.inFlight, {}, requests.inFlight());
  meter.set(METRICS.offloadWaiting, {}, offload.load().waiting);
  meter.set(METRICS.offloadRunning, {}, offload.load().running);
  meter.set(METRICS.ready, {}, ready() ? 1 : 0);
  meter.set(METRICS.build, { version: VERSION, node: process.versions.node, database: services.db.engine }, 1);
  noteProcess(meter);
  return meter.figures();
}

/** What is the same for all processes, asked of the database; nothing while that does not answer. */
export async function sharedFigures({ services }: Pick<Observed, "services">): Promise<Figures> {
  const state = await services.db.one<OutboxState>(outboxState()).catch(() => undefined);
  if (!state) return {};
  const age = state.oldest === null ? 0 : Math.max(0, services.clock() - state.oldest) / 1000;
  return {
    [METRICS.outbox.name]: { waiting: [state.waiting], failed: [state.failed] },
    [METRICS.outboxAge.name]: { "": [age] },
  };
}
