import {
  type AnyProperty,
  type CollectionResource,
  type Exchange,
  property,
  type Resource,
  refuseStatus,
  storedText,
} from "@kalends/dav-core";
import { type Clark, cal, child, cs, dav, href, type XmlElement, xmlElement, xmlToString } from "@kalends/dav-xml";
import { type Availability, availabilityOf, readAvailability, type Zone } from "@kalends/icalendar";
import { empty, type ReadTx, raw, type Sql, sql, updateCollection } from "@kalends/store";
import { refuseFindings } from "../conditions.js";
import { SCHEDULE_INBOX } from "../kinds.js";
import { objectLimits } from "../limits.js";
import { calendarText, collectionOf } from "./values.js";

type DefaultColumn = "default_calendar_id" | "default_tasks_id";

interface DefaultRow {
  readonly owner_id: number;
  readonly slug: string;
}

/** The slugs of the owners' default calendars, for all inboxes of the listing in one statement. */
async function loadDefaults(column: DefaultColumn, resources: readonly Resource[], tx: ReadTx, cx: Exchange) {
  const owners = resources.flatMap((resource) => collectionOf(resource)?.owner.id ?? []);
  const found = await tx.rows<DefaultRow>(sql`
    select p.id as owner_id, b.slug from principal p
    join binding b on b.home_id = p.home_id and b.collection_id = p.${raw(column)}
    where p.id = any(${owners}::bigint[])`);
  const slugs = new Map(found.map(({ owner_id, slug }) => [owner_id, slug]));
  return new Map(
    resources.flatMap((resource) => {
      const owner = collectionOf(resource)?.owner;
      const slug = owner && slugs.get(owner.id);
      return owner && slug !== undefined ? [[resource.href, cx.links.mailbox(owner, slug)] as const] : [];
    }),
  );
}

/** The last segment of an href, decoded: the slug of a calendar in the owner's own home. */
function slugIn(value: XmlElement): string {
  const target = child(value, dav("href"))?.text.trim() ?? "";
  const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "").replace(/\/+$/, "");
  try {
    return decodeURIComponent(path.slice(path.lastIndexOf("/") + 1));
  } catch {
    return "";
  }
}

function checkDefault(value: XmlElement | null): void {
  if (value !== null && slugIn(value) !== "") return;
  refuseStatus(403, "A default calendar is one DAV:href of a calendar in this home.");
}

/** Does nothing for a calendar that is not there: the property then keeps its value. */
function setDefault(column: DefaultColumn, value: XmlElement | null, on: Resource): Sql {
  const owner = collectionOf(on)?.owner;
  if (!owner || value === null) return empty;
  return sql`update principal p set ${raw(column)} = c.id from binding b join collection c on c.id = b.collection_id
    where p.id = ${owner.id}::bigint and b.home_id = p.home_id and b.slug = ${slugIn(value)} and c.kind = 'calendar'`;
}

const defaultCalendar = (name: Clark, spec: string, column: DefaultColumn): AnyProperty =>
  property<string>({
    name,
    spec,
    on: [SCHEDULE_INBOX],
    allprop: false,
    source: { from: "batch", load: (resources, tx, cx) => loadDefaults(column, resources, tx, cx) },
    codec: href,
    write: {
      when: "set",
      check: checkDefault,
      store: { column: "own", apply: (value, on) => setDefault(column, value, on) },
    },
  });

const AVAILABILITY = cal("calendar-availability");

/** Only VAVAILABILITY that a calendar would take, and the zones it refers to (RFC 7953 7.2.4; CAL-131, CAL-133). */
function checkAvailability(value: XmlElement | null, cx: Exchange): void {
  if (value === null) return;
  const read = readAvailability(value.text.trim(), objectLimits(cx.services.limits, { components: [] }));
  if (!read.ok) refuseFindings(read.findings);
}

/** What the owner of an inbox says about his availability, in the zone of his floating times (RFC 7953 7.2.4). */
export function inboxAvailability(inbox: CollectionResource, floating: Zone, cx: Exchange): readonly Availability[] {
  const value = storedText(inbox.collection, AVAILABILITY);
  if (value === undefined) return [];
  const read = readAvailability(value, objectLimits(cx.services.limits, { components: [] }));
  return read.ok ? read.value.map((object) => availabilityOf(object, floating)) : [];
}

/** Kept under the standard's name, whichever of the two names was used (CAL-134). */
function setAvailability(value: XmlElement | null, on: Resource): Sql {
  const id = collectionOf(on)?.id;
  if (id === undefined) return empty;
  if (value === null) return updateCollection(id, { removeProps: [AVAILABILITY] });
  const markup = xmlToString(xmlElement(AVAILABILITY, new Map(), [value.text.trim()]));
  return updateCollection(id, { props: JSON.stringify({ [AVAILABILITY]: markup }) });
}

const availability = (name: Clark, spec: string): AnyProperty =>
  property<string>({
    name,
    spec,
    on: [SCHEDULE_INBOX],
    allprop: false,
    source: {
      from: "row",
      value: (resource) => {
        const collection = collectionOf(resource);
        return collection && storedText(collection, AVAILABILITY);
      },
    },
    codec: calendarText,
    write: {
      when: "both",
      check: (value, _, cx) => checkAvailability(value, cx),
      store: { column: "own", apply: (value, on) => setAvailability(value, on) },
    },
  });

export const inboxProperties: readonly AnyProperty[] = [
  defaultCalendar(cal("schedule-default-calendar-URL"), "RFC 6638 9.2", "default_calendar_id"),
  defaultCalendar(cs("schedule-default-tasks-URL"), "CalendarServer default tasks", "default_tasks_id"),
  availability(AVAILABILITY, "RFC 7953 7.2.4"),
  availability(cs("calendar-availability"), "calendarserver calendar-availability"),
];
