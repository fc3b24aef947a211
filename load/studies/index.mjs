// What Kalends does alone.
import { accounts } from "./accounts.mjs";
import { findingsTable } from "./findings.mjs";
import { growth } from "./growth.mjs";
import { limit } from "./limit.mjs";
import { mixed } from "./mixed.mjs";
import { startStudy } from "./start.mjs";

/** `own` ones start servers of their own, when the others are down. */
const studies = {
  limit: { title: "Distance to a bare Koa handler with one query", run: limit },
  growth: { title: "Growth with the calendar, the answer staying the same", run: growth },
  mixed: { title: "Other people while large things go on", run: mixed },
  start: { title: "Start and rest", run: startStudy, own: true },
  accounts: { title: "Among 10 000 accounts with 1 000 000 events", run: accounts, own: true },
};

/** Runs those that are wanted, on the running server or on their own; gives their tables. */
export async function runStudies(server, options, show, { own }) {
  const tables = [];
  for (const [name, study] of Object.entries(studies)) {
    if (!options.studies.includes(name) || Boolean(study.own) !== own) continue;
    try {
      tables.push(findingsTable(study.title, await study.run(server, options, show)));
    } catch (error) {
      tables.push(`\n${study.title}\n\nended with: ${error.message}`);
    }
  }
  return tables;
}
