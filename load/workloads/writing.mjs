// New, changed and removed events. W6 leaves its events for W12 to remove.
import { putEvent } from "../wire/requests.mjs";
import { listing, store } from "./collections.mjs";
import { exactly, statusIn } from "./verdicts.mjs";

const FEW = 40;

const create = {
  id: "W6",
  title: "PUT a new event",
  writes: true,
  prepare(context) {
    const { calendar, size, connection, made } = context;
    const run = context.unique();
    let count = 0;
    return {
      next() {
        const { uid, text } = context.other(run, count++);
        return putEvent(`${calendar}${uid}.ics`, text, { "If-None-Match": "*" });
      },
      judge(answer, { path }) {
        const bad = statusIn(answer, 201, 204, 200);
        if (!bad) made.push(path);
        return bad;
      },
      async finish() {
        const there = await listing(connection, calendar);
        const lost = made.filter((href) => !there.has(href)).length;
        return lost > 0 ? `${lost} stored events are not listed` : exactly(there.size, size + made.length, "members");
      },
    };
  },
};

const update = {
  id: "W7",
  title: "PUT an update, If-Match",
  writes: true,
  async prepare(context) {
    const { calendar, hrefs, connection, draw } = context;
    let etags = await listing(connection, calendar);
    let at = draw.below(hrefs.length);
    let left = hrefs.length;
    let last = null;
    const stale = await connection.send(putEvent(hrefs[0], context.revised(0).text, { "If-Match": '"stale"' }));
    return {
      flaw: statusIn(stale, 412),
      async next() {
        if (left-- === 0) {
          etags = await listing(connection, calendar);
          left = hrefs.length - 1;
        }
        const index = at++ % hrefs.length;
        const { text, revision } = context.revised(index);
        return { ...putEvent(hrefs[index], text, { "If-Match": etags.get(hrefs[index]) }), revision };
      },
      judge(answer, request) {
        const bad = statusIn(answer, 200, 201, 204);
        if (!bad) last = request;
        return bad;
      },
      async finish() {
        const { body } = await connection.send({ method: "GET", path: last.path });
        const text = body.toString("utf8").replace(/\r?\n[ \t]/g, "");
        return text.includes(`(revision ${last.revision})`) ? null : "GET gives back something else than was stored";
      },
    };
  },
};

const discard = {
  id: "W12",
  title: "DELETE one event",
  writes: true,
  limited: true,
  async prepare(context) {
    const { calendar, size, connection, made } = context;
    if (made.length < FEW) {
      const run = context.unique();
      for (let n = 0; n < FEW; n++) {
        const { uid, text } = context.other(run, n);
        await store(connection, `${calendar}${uid}.ics`, text);
        made.push(`${calendar}${uid}.ics`);
      }
    }
    return {
      next: () => (made.length > 0 ? { method: "DELETE", path: made.pop() } : null),
      judge: (answer) => statusIn(answer, 200, 204),
      finish: async () => exactly((await listing(connection, calendar)).size, size + made.length, "members left"),
    };
  },
};

export const writing = [create, update, discard];
