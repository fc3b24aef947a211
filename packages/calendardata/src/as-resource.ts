import { authorize } from "@kalends/acl";
import {
  checkLocks,
  type CollectionResource,
  decodePropfind,
  type Exchange,
  type Item,
  multistatus,
  partsWritten,
  plan,
  type PropRequest,
  type PropStat,
  readItems,
  type Registry,
  refuseStatus,
} from "@kalends/dav-core";
import { type Clark, dav, formatHttpDate, type XmlOut } from "@kalends/dav-xml";
import { calendarIn, type FileMethod } from "./file-method.js";
import { type Representation, representationOf } from "./representation.js";
import { checkConditions } from "./state.js";

// What publishing clients ask of a file before and after they put it: properties and locks (RFC 4918 9.1, 9.2, 9.10).

type Written = (out: XmlOut) => void;

/** Where the file differs from the calendar: it is no collection, and has a type and a tag. */
const ofFile = ({ etag, modifiedAt }: Representation, type: string): ReadonlyMap<Clark, Written> =>
  new Map<Clark, Written>([
    [dav("resourcetype"), () => undefined],
    [dav("getcontenttype"), (out) => out.text(type)],
    [dav("getetag"), (out) => out.text(etag)],
    [dav("getlastmodified"), (out) => out.text(formatHttpDate(modifiedAt))],
  ]);

const without = ({ props, ...stat }: PropStat, names: ReadonlyMap<Clark, unknown>): PropStat => ({
  ...stat,
  props: props.filter(({ name }) => !names.has(name)),
});

/** What a PROPFIND says of one file at its path: its own four properties, all others are the calendar's. */
export async function fileItem(
  calendar: CollectionResource,
  shown: Representation,
  wanted: PropRequest,
  cx: Exchange,
  registry: Registry,
): Promise<Item> {
  const own = ofFile(shown, (await shown.content()).type);
  const isAsked = (name: Clark): boolean => wanted.form !== "prop" || wanted.names.includes(name);
  const rest: PropRequest =
    wanted.form === "prop" ? { ...wanted, names: wanted.names.filter((name) => !own.has(name)) } : wanted;
  const [item] = await readItems([{ ...calendar, href: cx.path }], plan(rest, registry), cx);
  const told = (item?.propstats ?? []).map((stat) => without(stat, own));
  const props = [...own].filter(([name]) => isAsked(name)).map(([name, write]) => asAsked(wanted, name, write));
  const found: PropStat = { status: 200, props: [...props, ...told.flatMap((s) => (s.status === 200 ? s.props : []))] };
  const propstats = [found, ...told.filter(({ status }) => status !== 200)].filter((stat) => stat.props.length > 0);
  return propstats.length > 0 ? { href: cx.path, propstats } : { href: cx.path, status: 200 };
}

/** PROPFIND of the file alone, whatever the depth. */
export const propfind: FileMethod["handle"] = async ({ target }, realm, cx, registry) => {
  const calendar = calendarIn(target);
  const shown = await representationOf(calendar, realm, cx, registry);
  await checkConditions(calendar, shown, cx);
  return multistatus([await fileItem(calendar, shown, decodePropfind(await cx.xml()), cx, registry)]);
};

const asAsked = ({ form }: PropRequest, name: Clark, write: Written) =>
  form === "propname" ? { name } : { name, write };

/**
 * LOCK, UNLOCK and PROPPATCH are done to the calendar. A lock takes all that is in it, whatever the depth: clients send
 * `Depth: 0` for what they take for a file, which would leave every event open to others.
 */
export const toCalendar: FileMethod["handle"] = async ({ target: file, by, held }, realm, cx, registry) => {
  const calendar = calendarIn(file);
  const target = {
    mapped: true,
    resource: cx.verb === "PROPPATCH" ? { ...calendar, href: cx.path } : calendar,
  } as const;
  const method = registry.method(cx.verb, target) ?? refuseStatus(405, `${cx.verb} does not work here.`);
  const at = authorize(target, by, held, method.needs(target, cx));
  await checkConditions(calendar, await representationOf(calendar, realm, cx, registry), cx);
  checkLocks(target, partsWritten(method, target), cx);
  const headers = new Map([...cx.headers, ["depth", "infinity"]]);
  return method.handle(at, { ...cx, headers }, registry, null);
};
