// W11: a file of 5 000 events to the address of a calendar that is not there yet.
import { fileOf } from "../data/event.mjs";
import { connect } from "../wire/connection.mjs";
import { cpuSeconds, watchMemory } from "../measure/processes.mjs";
import { listing, remove } from "./collections.mjs";
import { eventsOf } from "./context.mjs";
import { putFile } from "./filling.mjs";

const EVENTS = 5000;
let file = null;

/** One cell: one request. */
export async function measureWholeFile(server) {
  if (!server.wholeFile) return { absent: "no files of whole calendars" };
  file ??= fileOf(eventsOf("file", EVENTS));
  const calendar = `${server.home}file-${EVENTS}/`;
  const connection = connect(server.base, server.account);
  try {
    await remove(connection, calendar);
    const watch = server.watch();
    const memory = watchMemory(server.pids(), server.ownPids());
    const cpu = cpuSeconds(server.pids());
    const answer = await putFile(server, connection, calendar, file);
    const used = (cpuSeconds(server.pids()) - cpu) * 1000;
    const peak = memory.stop();
    const more = await watch.stop();
    const { ms, status } = answer;
    const stored = (await listing(connection, calendar))?.size ?? 0;
    await remove(connection, calendar);
    if (status >= 300 || stored !== EVENTS) return { wrong: `status ${status}, ${stored} of ${EVENTS} events stored` };
    return { requests: 1, rate: 1000 / ms, p50: ms, p95: ms, p99: ms, cpu: used, ...peak, ...more };
  } catch (error) {
    return { wrong: error.code ?? error.message };
  } finally {
    connection.close();
  }
}
