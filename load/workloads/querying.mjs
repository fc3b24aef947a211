// Questions about what is in the objects.
import { covered } from "../data/expected.mjs";
import { MONTH, MONTHS, monthAt } from "../data/times.mjs";
import { todo } from "../data/todo.mjs";
import { busyIn, countOf, recursIn, uidsIn } from "../wire/calendar-text.mjs";
import { freeBusy, queryOpenTodos, queryRange } from "../wire/requests.mjs";
import { listing, makeEmpty, store } from "./collections.mjs";
import { exactly, judged, NotOffered, withEtags } from "./verdicts.mjs";

const HOUR = 3_600_000;
const dataOf = ({ props }) => props["calendar-data"] ?? "";

/** Judges the events of the month; expanded ones instance by instance. */
function judgeMonth(members, { sure, perhaps, instances }, expanded) {
  const found = new Set(members.flatMap((member) => uidsIn(dataOf(member))));
  const missing = [...sure].filter((uid) => !found.has(uid)).length;
  const strange = [...found].filter((uid) => !perhaps.has(uid)).length;
  if (missing + strange > 0)
    return `${missing} events missing and ${strange} too many, of ${sure.size} to ${perhaps.size}`;
  if (expanded) {
    if (members.some((member) => recursIn(dataOf(member)))) return "an RRULE is left in expanded data";
    const count = members.reduce((sum, member) => sum + countOf(dataOf(member), "VEVENT"), 0);
    if (count < instances.least || count > instances.most) {
      return `${count} instances instead of ${instances.least} to ${instances.most}`;
    }
  }
  return withEtags(members);
}

const month = (id, title, expand) => ({
  id,
  title,
  prepare: ({ calendar, expected }) => ({
    next: () => ({ ...queryRange(MONTH, { expand }), path: calendar }),
    judge: (answer) => judged(answer, calendar, (members) => judgeMonth(members, expected, expand)),
  }),
});

/** Each request asks for the month after that of the last one, so that none is known from before. */
const everyMonth = {
  id: "W16",
  title: "calendar-query, another month each time, expand",
  prepare({ calendar, expectedOf }) {
    let count = 0;
    return {
      // One month is twice as large as another.
      varies: true,
      next() {
        const range = monthAt(count++ % MONTHS);
        return { ...queryRange(range, { expand: true }), path: calendar, range };
      },
      judge: (answer, { range }) => judged(answer, calendar, (members) => judgeMonth(members, expectedOf(range), true)),
    };
  },
};

const busyTime = {
  id: "W10",
  title: "free-busy-query, one month",
  prepare: ({ calendar, expected }) => ({
    next: () => ({ ...freeBusy(MONTH), path: calendar }),
    judge(answer) {
      if (answer.status !== 200) throw new NotOffered(`status ${answer.status}`);
      const text = answer.body.toString("utf8");
      if (!text.includes("BEGIN:VFREEBUSY")) return "no VFREEBUSY";
      const inside = busyIn(text)
        .map(([from, to]) => [Math.max(from, MONTH.from), Math.min(to, MONTH.to)])
        .filter(([from, to]) => to > from);
      const difference = Math.abs(covered(inside) - expected.busy);
      if (difference <= expected.busy / 100 + HOUR) return null;
      return `${(covered(inside) / HOUR).toFixed(1)} busy hours instead of ${(expected.busy / HOUR).toFixed(1)}`;
    },
  }),
};

const openTodos = {
  id: "W15",
  title: "calendar-query, open to-dos",
  async prepare({ calendar, size, connection, series }) {
    const path = calendar.replace(/\/$/, "-todo/");
    const all = Array.from({ length: Math.max(10, Math.round(size / 20)) }, (_, index) => todo(series, index));
    const there = await listing(connection, path);
    if (there === null) {
      await makeEmpty(connection, path).catch((error) => {
        throw new NotOffered(error.message);
      });
    }
    if (there?.size !== all.length) for (const { uid, text } of all) await store(connection, `${path}${uid}.ics`, text);
    const open = new Set(all.filter(({ done }) => !done).map(({ uid }) => uid));
    return {
      next: () => ({ ...queryOpenTodos, path }),
      judge: (answer) =>
        judged(answer, path, (responses) => {
          const members = responses.filter((member) => dataOf(member) !== "");
          if (members.some((member) => !open.has(uidsIn(dataOf(member))[0]))) return "a to-do that is done";
          return exactly(members.length, open.size, "to-dos") ?? withEtags(members);
        }),
    };
  },
};

export const querying = [
  month("W3", "calendar-query, one month", false),
  busyTime,
  month("W14", "calendar-query, one month, expand", true),
  everyMonth,
  openTodos,
];
