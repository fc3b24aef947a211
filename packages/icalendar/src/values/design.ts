import ICAL from "ical.js";
import { readRecur, writeRecur } from "./recur.js";

/** How ical.js reads and writes the values of one type. */
interface ValueDesign {
  fromICAL?(raw: string): unknown;
  toICAL?(value: unknown): string;
}

/** What ical.js knows of a property: its type when no VALUE says otherwise, and what separates several values or fields. */
interface PropertyDesign {
  readonly defaultType: string;
  readonly multiValue?: ",";
  readonly structuredValue?: ";";
}

/** The tables by which ical.js reads and writes. Without prototypes: lines may be named `constructor`. */
export interface DesignSet {
  readonly value: Readonly<Record<string, ValueDesign>>;
  readonly param: Readonly<Record<string, { readonly multiValue?: "," }>>;
  readonly property: Readonly<Record<string, PropertyDesign>>;
  readonly propertyGroups: false;
}

type Codec = Required<ValueDesign>;

const LIBRARY = ICAL.design.icalendar as unknown as DesignSet;
const codecs = LIBRARY.value as unknown as Readonly<
  Record<"text" | "date" | "date-time" | "time" | "period" | "utc-offset" | "boolean", Codec>
>;
const J_DATE = /^\d{4}-\d\d-\d\d$/;
const J_DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?$/;
const J_TIME = /^\d\d:\d\d:\d\dZ?$/;
const J_OFFSET = /^[+-]\d\d:\d\d(:\d\d)?$/;

/** What stands behind a backslash, and what it means. */
const ESCAPED: ReadonlyMap<string, string> = new Map([
  ["\\", "\\"],
  [";", ";"],
  [",", ","],
  ["n", "\n"],
  ["N", "\n"],
]);

const table = <T>(...parts: readonly Readonly<Record<string, T>>[]): Readonly<Record<string, T>> =>
  Object.freeze(Object.assign(Object.create(null), ...parts));

/** Reads lower case too; writes what is no value of the type as it stands, where ical.js would cut it to pieces. */
const guarded = ({ fromICAL, toICAL }: Codec, isValue: (value: unknown) => boolean): Codec => ({
  fromICAL: (raw) => fromICAL(raw.toUpperCase()),
  toICAL: (value) => (isValue(value) ? toICAL(value) : String(value)),
});
const matches = (form: RegExp) => (value: unknown) => form.test(String(value));

const VALUES: Readonly<Record<string, ValueDesign>> = {
  text: {
    fromICAL: readText,
    toICAL: (value) => codecs.text.toICAL(String(value).replace(/\r\n?/g, "\n")),
  },
  date: { ...guarded(codecs.date, matches(J_DATE)), fromICAL: readDate },
  "date-time": { ...guarded(codecs["date-time"], matches(J_DATE_TIME)), fromICAL: readDateTime },
  time: guarded(codecs.time, matches(J_TIME)),
  "utc-offset": guarded(codecs["utc-offset"], matches(J_OFFSET)),
  period: guarded(codecs.period, (value) => Array.isArray(value) && J_DATE_TIME.test(String(value[0]))),
  boolean: guarded(codecs.boolean, (value) => typeof value === "boolean"),
  float: { ...LIBRARY.value.float, toICAL: writeFloat },
  recur: { fromICAL: readRecur, toICAL: writeRecur },
};

const named = (defaultType: string, names: string): Readonly<Record<string, PropertyDesign>> =>
  Object.fromEntries(names.split(" ").map((name) => [name, { defaultType }]));

/** Properties younger than ical.js' table (RFC 7808, 7953, 7986, 9073, 9074, 9253) and the usual X- ones. */
const PROPERTIES: readonly Readonly<Record<string, PropertyDesign>>[] = [
  named("text", "busytype color location-type name participant-type proximity refid relcalid resource-type"),
  named("text", "structured-data styled-description tzid-alias-of x-wr-caldesc x-wr-calname x-wr-timezone"),
  named("date-time", "acknowledged tzuntil"),
  named("duration", "refresh-interval"),
  named("uri", "concept conference image link source"),
  named("cal-address", "calendar-address"),
  { rdate: { defaultType: "date-time", multiValue: "," } },
];

/** For reading and writing. */
export const DESIGN: DesignSet = Object.freeze({
  value: table(LIBRARY.value, VALUES),
  param: table(LIBRARY.param),
  property: table(LIBRARY.property, ...PROPERTIES),
  propertyGroups: false,
});

/** The type of a value without VALUE parameter; RFC 7265 5.1 calls it `unknown` where nobody registered the name. */
export function detectType(name: string, raw: string): string {
  const type = DESIGN.property[name]?.defaultType ?? "unknown";
  if (type !== "date-time") return type;
  if (name === "rdate" && raw.includes("/")) return "period";
  return /^\d{8}(,\d{8})*$/.test(raw) ? "date" : type;
}

/** A TEXT value without its escapes; a backslash before anything else stays (RFC 5545 3.3.11). */
export function readText(raw: string): string {
  let at = raw.indexOf("\\");
  if (at === -1) return raw;
  let text = "";
  let from = 0;
  for (; at !== -1; at = raw.indexOf("\\", from)) {
    const escaped = raw.charAt(at + 1);
    const meant = ESCAPED.get(escaped);
    text += raw.slice(from, at) + (meant ?? "\\");
    from = at + (meant === undefined ? 1 : 2);
  }
  return text + raw.slice(from);
}

/** What exists as a date, "20260131", in the form of jCal. */
function readDate(raw: string): string {
  return `${raw.slice(0, 4)}-${raw.slice(4, 6)}-${raw.slice(6, 8)}`;
}

/** What exists as a time, "20260131T100000Z", in the form of jCal. */
function readDateTime(raw: string): string {
  const zone = raw.length > 15 ? "Z" : "";
  return `${readDate(raw)}T${raw.slice(9, 11)}:${raw.slice(11, 13)}:${raw.slice(13, 15)}${zone}`;
}

function writeFloat(value: unknown): string {
  const written = String(value);
  return typeof value === "number" && written.includes("e") ? value.toFixed(18) : written;
}
