import {
  type Answer,
  type AnyProperty,
  type Exchange,
  bodyOctets,
  bodyOf,
  type Item,
  type MemberResource,
  type MemberRow,
  NumberOfMatchesWithinLimits,
  type PropRequest,
  plan,
  property,
  type Refusal,
  type Registry,
  readAnswers,
  refusalOf,
} from "@kalends/dav-core";
import { type Octets, octetsOf, textOf } from "@kalends/dav-xml";
import {
  type CalendarDataRequest,
  type CalendarObject,
  neededFor,
  type Outcome,
  subset,
  type Zone,
} from "@kalends/icalendar";
import { CALENDAR_DATA } from "../calendar-data.js";
import { refusalOfFinding } from "../conditions.js";
import { calendarOctets, octetsBy } from "../properties/values.js";
import { breathing } from "../query/breathe.js";
import { asStored, byTimezones } from "../read/by-timezones.js";
import { storedObject } from "../read/stored-object.js";
import { type Part, partKeys, rememberedParts } from "./remembered-parts.js";

/** What a report asks to be told about the objects it finds. */
export interface Wanted {
  readonly props: PropRequest;
  /** Absent when no calendar data is asked for. */
  readonly data: CalendarDataRequest | undefined;
}

/** Makes the responses of one report. */
export interface Rendering {
  readonly plan: ReturnType<typeof plan>;
  items(members: readonly MemberResource[], floating: Zone, parsed?: Parsed): Promise<readonly Answer[]>;
}

/** Objects that were parsed for the filter already, with what the answer needs of them. */
export type Parsed = ReadonlyMap<string, CalendarObject>;

/** What parts of objects are made by. */
interface Asked {
  readonly request: CalendarDataRequest;
  readonly floating: Zone;
  /** What a part is remembered by; absent where it is not. */
  readonly keyOf: ReturnType<typeof partKeys>;
}

const parts = rememberedParts();

type Cut = { readonly text: Octets } | { readonly refusal: Refusal };

const isWhole = (data: CalendarDataRequest): boolean => Object.keys(data).length === 0;

/** Where the parts of objects land before they are written: by href. */
function calendarDataProperty(
  texts: ReadonlyMap<string, Octets>,
  data: CalendarDataRequest,
  zoned: (text: string) => string,
): AnyProperty {
  const whole = (member: MemberRow): Octets =>
    zoned === asStored ? bodyOctets(member) : octetsOf(zoned(bodyOf(member)));
  return property<Octets>({
    name: CALENDAR_DATA,
    spec: "RFC 4791 9.6",
    on: ["*member"],
    allprop: false,
    source: {
      from: "row",
      columns: ["data"],
      value: (resource) =>
        resource.rows !== "member" ? undefined : isWhole(data) ? whole(resource.member) : texts.get(resource.href),
    },
    codec: octetsBy(isWhole(data) ? calendarOctets : (text) => text),
  });
}

/**
 * Compiles what a report asks for. `C:calendar-data` exists only here: it is no property (RFC 4791 9.6). Instances are
 * counted over the whole report; an object beyond the limit becomes a response with 507 (RFC 4791 7.8).
 */
export function rendering({ props, data }: Wanted, cx: Exchange, registry: Registry): Rendering {
  const texts = new Map<string, Octets>();
  const compiled = plan(props, registry, { extra: data ? [calendarDataProperty(texts, data, byTimezones(cx))] : [] });
  // Who names the components he wants gets no further ones.
  const zoned = byTimezones(cx, data?.comp === undefined);
  // Remembered as it is written: what needs an escape is then not looked for each time.
  const told = (text: string): Octets => calendarOctets(octetsOf(zoned(text)));
  const needed = neededFor(undefined, data);
  let instancesLeft = cx.services.limits.instancesPerRequest;

  function made(
    shown: Octets,
    known: CalendarObject | undefined,
    { request, floating }: Asked,
    allowed: number,
  ): Outcome<Part> {
    const read = known ? ({ ok: true, value: known } as const) : storedObject(textOf(shown), needed);
    if (!read.ok) return read;
    const text = subset(read.value, request, floating, { maxInstances: allowed });
    if (!text.ok) return text;
    const instances = request.expand ? countInstances(text.value, read.value.component) : 0;
    return { ok: true, value: { text: told(text.value), instances, allowed } };
  }

  function cut({ href, member }: MemberResource, asked: Asked, parsed?: Parsed): Cut {
    const shown = bodyOctets(member);
    const allowed = Math.min(cx.services.limits.instancesPerObject, instancesLeft);
    const key = asked.keyOf?.(shown);
    const recalled = key === undefined ? undefined : parts.recall(key, allowed);
    const part: Outcome<Part> = recalled
      ? { ok: true, value: recalled }
      : made(shown, parsed?.get(href), asked, allowed);
    if (part.ok) {
      if (key !== undefined && !recalled) parts.remember(key, part.value);
      instancesLeft -= part.value.instances;
      return { text: part.value.text };
    }
    const [finding] = part.findings;
    return { refusal: finding ? { ...refusalOfFinding(finding), status: 507 } : tooMuch };
  }

  async function cutAll(members: readonly MemberResource[], asked: Asked, parsed?: Parsed) {
    const refused: Item[] = [];
    const breathe = breathing(cx);
    texts.clear();
    for (const member of members) {
      const part = cut(member, asked, parsed);
      if ("text" in part) texts.set(member.href, part.text);
      else refused.push({ href: member.href, status: 507, refusal: part.refusal });
      await breathe();
    }
    return refused;
  }

  return {
    plan: compiled,
    async items(members, floating, parsed) {
      if (!data || isWhole(data)) return readAnswers(members, compiled, cx);
      const asked: Asked = {
        request: data,
        floating,
        keyOf: zoned === asStored ? partKeys(data, floating) : undefined,
      };
      const refused = await cutAll(members, asked, parsed);
      const shown = members.filter(({ href }) => texts.has(href));
      return [...(await readAnswers(shown, compiled, cx)), ...refused];
    },
  };
}

const tooMuch = refusalOf(NumberOfMatchesWithinLimits, undefined);

function countInstances(text: string, component: string): number {
  return text.split(`BEGIN:${component}\r\n`).length - 1;
}
