// What a workload knows: a server, a filled calendar on it, and the data that lie there.
import { event } from "../data/event.mjs";
import { expectedIn } from "../data/expected.mjs";
import { draws } from "../data/random.mjs";
import { MONTH } from "../data/times.mjs";
import { connect } from "../wire/connection.mjs";
import { fill, hrefsOf } from "./filling.mjs";

/** Events of a calendar; only the first `near` of them lie around the month that is asked for. */
export const eventsOf = (series, size, near = size) =>
  Array.from({ length: size }, (_, index) => event(series, index, { away: index >= (near ?? size) }));

let known = null;

/** The last data made are kept: one server after the other asks for them. */
function dataOf(series, size, near) {
  if (known?.series !== series || known.events.length !== size) {
    const events = eventsOf(series, size, near);
    known = { series, events, expected: expectedIn(events, MONTH) };
  }
  return known;
}

/** Works something out once for each range. */
function remembered(of) {
  const known = new Map();
  return (range) => {
    const found = known.get(range.from) ?? of(range);
    known.set(range.from, found);
    return found;
  };
}

/**
 * Fills a calendar, unless it is filled. With `near`, calendars of any size hold the same events around the month that queries
 * ask for, so that the answers stay the same while the calendar grows.
 */
export async function prepareContext(server, size, { near, progress } = {}) {
  const series = near === undefined ? `c${size}` : `g${near}`;
  const { events, expected } = dataOf(series, size, near);
  const connection = connect(server.base, server.account);
  const calendar = `${server.home}${near === undefined ? "bench" : "growth"}-${size}/`;
  const filled = await fill({ server, connection, account: server.account, calendar, events, progress });
  const hrefs = await hrefsOf(connection, calendar, events);
  let revision = Date.now() % 1_000_000;
  let runs = 0;
  return {
    server,
    connection,
    calendar,
    size,
    series,
    expected,
    /** What lies in another range, as `expectedIn` tells it. */
    expectedOf: remembered((range) => expectedIn(events, range)),
    hrefs,
    filled,
    uids: new Map(events.map(({ uid }, index) => [hrefs[index], uid])),
    draw: draws(`${series} requests`),
    /** Paths of events that W6 stored and W12 has not removed yet. */
    made: [],
    unique: () => `run${Date.now().toString(36)}${runs++}`,
    /** An event that is not among those of the calendar. */
    other: (run, index) => event(`${series}-${run}`, index, { away: true }),
    /** A new version of an event of the calendar. */
    revised(index) {
      revision++;
      return { revision, ...event(series, index, { revision, away: index >= (near ?? size) }) };
    },
    /** Removes what the workloads left. */
    async tidy() {
      for (const path of this.made.splice(0)) await connection.send({ method: "DELETE", path });
    },
    async leave() {
      await this.tidy();
      connection.close();
    },
  };
}
