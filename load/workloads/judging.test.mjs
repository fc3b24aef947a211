import { describe, expect, it } from "vitest";
import { event } from "../data/event.mjs";
import { expectedIn } from "../data/expected.mjs";
import { draws } from "../data/random.mjs";
import { MONTH, utcText } from "../data/times.mjs";
import { workloads } from "./index.mjs";
import { NotOffered } from "./verdicts.mjs";

const CALENDAR = "/home/c/";
const events = Array.from({ length: 300 }, (_, index) => event("judged", index));
const hrefs = events.map(({ uid }) => `${CALENDAR}${uid}.ics`);
const context = {
  calendar: CALENDAR,
  size: events.length,
  hrefs,
  uids: new Map(events.map(({ uid }, index) => [hrefs[index], uid])),
  expected: expectedIn(events, MONTH),
  draw: draws("judged"),
  made: [],
};

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const responseOf = (href, props) =>
  `<D:response><D:href>${encodeURI(href)}</D:href><D:propstat><D:prop>${props}</D:prop>` +
  "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>";
const multistatus = (responses, more = "") => ({
  status: 207,
  headers: {},
  body: Buffer.from(
    `<?xml version="1.0"?><D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">${responses.join("")}${more}</D:multistatus>`,
  ),
});
const data = (text) => `<D:getetag>"1"</D:getetag><C:calendar-data>${escaped(text)}</C:calendar-data>`;
const etag = '<D:getetag>"1"</D:getetag>';

const verdict = async (id, answerTo, more = {}) => {
  const task = await workloads.find((workload) => workload.id === id).prepare({ ...context, ...more });
  const request = await task.next();
  return task.judge(answerTo(request), request);
};

const all = hrefs.map((href) => responseOf(href, etag));
const inMonth = events.filter(({ uid }) => context.expected.sure.has(uid));
const responses = (list) => list.map(({ uid, text }) => responseOf(`${CALENDAR}${uid}.ics`, data(text)));

describe("answers are judged by what they hold", () => {
  it("W1: all members with an ETag, the collection itself not counted", async () => {
    const self = responseOf(CALENDAR, "<D:getetag/>");
    expect(await verdict("W1", () => multistatus([self, ...all]))).toBeNull();
    expect(await verdict("W1", () => multistatus([self, ...all.slice(1)]))).toBe("299 members instead of 300");
    expect(await verdict("W1", () => multistatus([responseOf(hrefs[0], ""), ...all.slice(1)]))).toContain(
      "without an ETag",
    );
    expect(await verdict("W1", () => ({ ...multistatus(all), status: 200 }))).toContain("status 200");
  });

  it("W2: the events that were asked for, each with its own data", async () => {
    const byHref = new Map(events.map((one, index) => [hrefs[index], one]));
    const right = ({ asked }) => multistatus([...asked].map((href) => responseOf(href, data(byHref.get(href).text))));
    expect(await verdict("W2", right)).toBeNull();
    const one = ({ asked }) => multistatus([...asked].map((href) => responseOf(href, data(events[0].text))));
    expect(await verdict("W2", one)).toContain("not the data of");
  });

  it("W3: neither an event too few nor one too many", async () => {
    expect(await verdict("W3", () => multistatus(responses(inMonth)))).toBeNull();
    expect(await verdict("W3", () => multistatus(responses(inMonth.slice(1))))).toContain("1 events missing");
    const stranger = events.find(({ uid }) => !context.expected.perhaps.has(uid));
    expect(await verdict("W3", () => multistatus(responses([...inMonth, stranger])))).toContain("1 too many");
  });

  it("W4: a token at the end, members that are gone are not counted", async () => {
    const gone = `<D:response><D:href>${CALENDAR}old.ics</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>`;
    const token = "<D:sync-token>t:1</D:sync-token>";
    expect(await verdict("W4", () => multistatus([...all, gone], token))).toBeNull();
    expect(await verdict("W4", () => multistatus(all))).toBe("no sync-token");
    const more = `<D:response><D:href>${CALENDAR}</D:href><D:status>HTTP/1.1 507 Insufficient Storage</D:status></D:response>`;
    expect(await verdict("W4", () => multistatus([...all, more], token))).toBe("a page of few members");
  });

  it("W8 and W9: the event that was asked for, all events of the calendar; what is not offered is no fault", async () => {
    const ics = { status: 200, headers: { etag: '"1"', "content-type": "text/calendar" } };
    const wrong = events[0].text;
    const own = ({ path }) => events[hrefs.indexOf(path)].text;
    expect(await verdict("W8", (request) => ({ ...ics, body: Buffer.from(own(request)) }))).toBeNull();
    const other = ({ path }) => (path === hrefs[0] ? events[1].text : wrong);
    expect(await verdict("W8", (request) => ({ ...ics, body: Buffer.from(other(request)) }))).toBe("another event");
    const file = (list) => ({ ...ics, body: Buffer.from(list.map(({ text }) => text).join("")) });
    expect(await verdict("W9", () => file(events))).toBeNull();
    expect(await verdict("W9", () => file(events.slice(1)))).toBe("299 events instead of 300");
    await expect(verdict("W9", () => ({ ...ics, status: 406, body: Buffer.alloc(0) }))).rejects.toThrow(NotOffered);
  });

  it("W10: the busy time of the month within a hundredth, by any way of writing periods", async () => {
    const periods = (length) => `${utcText(MONTH.from)}/${utcText(MONTH.from + length)}`;
    const answer = (text) => ({
      status: 200,
      headers: {},
      body: Buffer.from(`BEGIN:VFREEBUSY\r\n${text}\r\nEND:VFREEBUSY`),
    });
    const { busy } = context.expected;
    expect(await verdict("W10", () => answer(`FREEBUSY:${periods(busy)}`))).toBeNull();
    const seconds = `${utcText(MONTH.from)}/PT${busy / 1000}S`;
    expect(await verdict("W10", () => answer(`FREEBUSY;FBTYPE=BUSY:${seconds}`))).toBeNull();
    expect(await verdict("W10", () => answer(`FREEBUSY;FBTYPE=FREE:${periods(busy)}`))).toContain("0.0 busy hours");
    expect(await verdict("W10", () => answer(`FREEBUSY:${periods(busy / 2)}`))).toContain("busy hours instead of");
  });

  it("W13: one response with both names of the state", async () => {
    const both = "<S:getctag>1</S:getctag><D:sync-token>t:1</D:sync-token>";
    expect(await verdict("W13", () => multistatus([responseOf(CALENDAR, both)]))).toBeNull();
    expect(await verdict("W13", () => multistatus([responseOf(CALENDAR, "<S:getctag>1</S:getctag>")]))).toBe(
      "no sync-token",
    );
  });

  it("W14: no rule is left, and as many instances as there are", async () => {
    const plain = ({ uid, instances }) =>
      instances(MONTH.to)
        .filter(({ start, end }) => end > MONTH.from && start < MONTH.to)
        .map(({ start }) => `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTART:${utcText(start)}\r\nEND:VEVENT\r\n`)
        .join("");
    const expanded = (one) => responseOf(`${CALENDAR}${one.uid}.ics`, data(plain(one)));
    expect(await verdict("W14", () => multistatus(inMonth.map(expanded)))).toBeNull();
    expect(await verdict("W14", () => multistatus(responses(inMonth)))).toContain("RRULE");
    const doubled = (one) => responseOf(`${CALENDAR}${one.uid}.ics`, data(plain(one).repeat(9)));
    expect(await verdict("W14", () => multistatus(inMonth.map(doubled)))).toContain("instances instead of");
  });
});
