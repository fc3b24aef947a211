import { type OutboxState, outboxState } from "@kalends/store";
import type { House } from "../compose.js";
import { VERSION } from "../version.js";
import type { Figures } from "./figures.js";
import { noteProcess } from "./process.js";
import { METRICS } from "./table.js";

/** The figures of this process as they are just now. Asks the database nothing. */
export function ownFigures({ meter, requests, services, offload, ready }: House): Figures {
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
export async function sharedFigures({ services }: Pick<House, "services">): Promise<Figures> {
  const state = await services.db.one<OutboxState>(outboxState()).catch(() => undefined);
  if (!state) return {};
  const age = state.oldest === null ? 0 : Math.max(0, services.clock() - state.oldest) / 1000;
  return {
    [METRICS.outbox.name]: { waiting: [state.waiting], failed: [state.failed] },
    [METRICS.outboxAge.name]: { "": [age] },
  };
}
