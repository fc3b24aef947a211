// Polls, listings and the reading of objects.
import { uidsIn } from "../wire/calendar-text.mjs";
import { readMultistatus } from "../wire/multistatus.mjs";
import { listEtags, multiget, pollState, syncSince } from "../wire/requests.mjs";
import { remove, store, tokenOf } from "./collections.mjs";
import { exactly, judged, NotOffered, statusIn, withEtags } from "./verdicts.mjs";

const AT_ONCE = 50;
const CHANGED = 6;
const ADDED = 3;

const same = (request) => () => request;
const dataOf = ({ props }) => props["calendar-data"] ?? "";

const etags = {
  id: "W1",
  title: "PROPFIND depth 1, getetag",
  prepare: ({ calendar, size }) => ({
    next: same({ ...listEtags, path: calendar }),
    judge: (answer) =>
      judged(answer, calendar, (members) => exactly(members.length, size, "members") ?? withEtags(members)),
  }),
};

const someEvents = {
  id: "W2",
  title: "calendar-multiget, 50 events",
  prepare: ({ calendar, hrefs, uids, draw }) => ({
    next() {
      const asked = new Set();
      while (asked.size < Math.min(AT_ONCE, hrefs.length)) asked.add(draw.one(hrefs));
      return { ...multiget([...asked]), path: calendar, asked };
    },
    judge: (answer, { asked }) =>
      judged(answer, calendar, (members) => {
        const strange = members.find(({ href }) => !asked.has(href));
        if (strange) return `${strange.href} was not asked for`;
        const other = members.find((member) => uidsIn(dataOf(member))[0] !== uids.get(member.href));
        return other
          ? `not the data of ${other.href}`
          : (exactly(members.length, asked.size, "events") ?? withEtags(members));
      }),
  }),
};

/** So many members a first answer has at least that says there are more (RFC 6578 3.6). */
const PAGE = 10_000;
const isPage = (responses) => responses.some(({ status }) => status === 507);

const firstSync = {
  id: "W4",
  title: "sync-collection, initial",
  prepare: ({ calendar, size }) => ({
    next: same({ ...syncSince(""), path: calendar }),
    // Some also name members that were removed long ago, which does no harm.
    judge: (answer) =>
      judged(answer, calendar, (members, { token, responses }) => {
        const there = members.filter(({ status }) => status !== 404);
        const few = isPage(responses)
          ? there.length < PAGE && "a page of few members"
          : exactly(there.length, size, "members");
        return few || (withEtags(there) ?? (token ? null : "no sync-token"));
      }),
  }),
};

const laterSync = {
  id: "W5",
  title: "sync-collection, 10 changes",
  async prepare(context) {
    const { calendar, hrefs, server, connection } = context;
    const gone = `${calendar}gone.ics`;
    const added = Array.from({ length: ADDED }, (_, n) => `${calendar}added-${n}.ics`);
    for (const href of [gone, ...added]) await remove(connection, href);
    await store(connection, gone, context.other("added", ADDED).text);
    const token = await tokenOf(connection, calendar);
    if (server.tokenPause) await new Promise((resolve) => setTimeout(resolve, server.tokenPause));
    const changed = new Set(added);
    for (let n = 0; n < Math.min(CHANGED, hrefs.length); n++) {
      const index = (n * 97 + 11) % hrefs.length;
      await store(connection, hrefs[index], context.revised(index).text);
      changed.add(hrefs[index]);
    }
    for (const [n, href] of added.entries()) await store(connection, href, context.other("added", n).text);
    await remove(connection, gone);
    return {
      next: same({ ...syncSince(token), path: calendar }),
      judge: (answer) =>
        judged(answer, calendar, (members, told) => {
          const removed = members.filter(({ status }) => status === 404);
          const there = members.filter(({ status }) => status !== 404);
          if (!told.token) return "no sync-token";
          if (removed.length !== 1 || removed[0].href !== gone) return `${removed.length} removed members instead of 1`;
          if (there.some(({ href }) => !changed.has(href))) return "a member that did not change";
          return exactly(there.length, changed.size, "changes") ?? withEtags(there);
        }),
      async finish() {
        for (const href of added) await remove(connection, href);
        return null;
      },
    };
  },
};

const oneEvent = {
  id: "W8",
  title: "GET one event",
  prepare: ({ hrefs, uids, draw }) => ({
    next: () => ({ method: "GET", path: draw.one(hrefs) }),
    judge: (answer, { path }) =>
      statusIn(answer, 200) ??
      (answer.headers.etag ? null : "no ETag") ??
      (uidsIn(answer.body.toString("utf8"))[0] === uids.get(path) ? null : "another event"),
  }),
};

const wholeCalendar = {
  id: "W9",
  title: "GET the whole calendar as .ics",
  prepare: ({ calendar, size }) => ({
    next: same({ method: "GET", path: calendar, headers: { Accept: "text/calendar" } }),
    judge(answer) {
      const type = answer.headers["content-type"] ?? "no type";
      if (answer.status !== 200 || !type.includes("text/calendar")) throw new NotOffered(`${answer.status}, ${type}`);
      return exactly(new Set(uidsIn(answer.body.toString("utf8"))).size, size, "events");
    },
  }),
};

const poll = {
  id: "W13",
  title: "PROPFIND depth 0, ctag and sync-token",
  prepare: ({ calendar }) => ({
    next: same({ ...pollState, path: calendar }),
    judge(answer) {
      const bad = statusIn(answer, 207);
      if (bad) return bad;
      const [first, second] = readMultistatus(answer.body).responses;
      if (!first || second) return "not one response";
      if (!first.props.getctag) return "no getctag";
      return first.props["sync-token"] ? null : "no sync-token";
    },
  }),
};

export const reading = [etags, someEvents, firstSync, laterSync, oneEvent, wholeCalendar, poll];
