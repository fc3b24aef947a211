import { core } from "@kalends/dav-core";
import { type Clark, readXml } from "@kalends/dav-xml";
import { type Answer, send, type Told, toldIn } from "../../dav-core/testing/exchange.js";
import { openWorld as openAny, type World } from "../../dav-core/testing/world.js";
import { caldavWith } from "../src/extension.js";
import { noRules, type WriteRules } from "../src/write/guards.js";

export { type Answer, type Ask, send, type Told } from "../../dav-core/testing/exchange.js";
export { addCollection, grant, LIMITS as limits, NOW, person, type World } from "../../dav-core/testing/world.js";

/** A server with calendars, and ann and bob in it. */
export const openWorld = (rules: WriteRules = noRules): Promise<World> => openAny([core, caldavWith(rules)]);

/** The precondition in `DAV:error`. */
export function conditionIn({ text }: Answer): Clark | undefined {
  return text.startsWith("<?xml") ? readXml(text).children[0]?.name : undefined;
}

/** The responses of a 207, in order. */
export function told(answer: Answer): readonly Told[] {
  if (answer.status !== 207) throw new Error(`${answer.status} instead of 207: ${answer.text}`);
  return toldIn(readXml(answer.text));
}

export const names = (answer: Answer): readonly string[] =>
  told(answer)
    .map(({ href }) => decodeURIComponent(href.slice(href.lastIndexOf("/") + 1)))
    .sort();

/** An object out of the lines of its components. */
export const calendar = (...lines: readonly string[]): string =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//Test//EN", ...lines, "END:VCALENDAR", ""].join("\r\n");

export const event = (uid: string, ...lines: readonly string[]): string =>
  calendar("BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20260101T000000Z", ...lines, "END:VEVENT");

export const lunch = (uid: string): string =>
  event(uid, "DTSTART:20260110T120000Z", "DTEND:20260110T130000Z", "SUMMARY:Lunch");

export const TEXT_CALENDAR = { "content-type": "text/calendar; charset=utf-8" };

export const put = (
  world: World,
  path: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
  as = "ann",
) => send(world, "PUT", path, { as, body, headers: { ...TEXT_CALENDAR, ...headers } });

const NS =
  'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/"';

/** An XML body whose root declares D, C, CS and A. */
export const xml = (root: string, content: string): string => `<${root} ${NS}>${content}</${root}>`;

export const report = (
  world: World,
  path: string,
  root: string,
  content: string,
  depth = "1",
  as = "ann",
  headers: Readonly<Record<string, string>> = {},
) =>
  send(world, "REPORT", path, {
    as,
    headers: { depth, "content-type": "text/xml", ...headers },
    body: xml(root, content),
  });

/** The sync-token of a collection. */
export async function tokenOf(world: World, path: string): Promise<string> {
  const body = xml("D:propfind", "<D:prop><D:sync-token/></D:prop>");
  const [item] = told(await send(world, "PROPFIND", path, { headers: { depth: "0" }, body }));
  return item?.props.get("{DAV:}sync-token")?.el.text ?? "";
}
