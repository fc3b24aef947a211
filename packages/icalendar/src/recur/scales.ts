import { type ForeignScale, foreignScale } from "./foreign-scale.js";
import { gregorian, type Scale } from "./scale.js";

/** Calendars that count other years but have the months and days of the Gregorian. */
const GREGORIAN = ["GREGORIAN", "BUDDHIST", "JAPANESE", "ROC"];

const SUN = 365.2425;
const EGYPTIAN = { year: 365.25, months: 13, lookups: 10 };
const ISLAMIC = { year: 354.36707, lookups: 20 };
/** These are reckoned from the sky, half a millisecond a year. */
const CHINESE = { year: SUN, leap: "repeated", lookups: 250 } as const;

const FOREIGN: readonly ForeignScale[] = [
  { name: "CHINESE", calendar: "chinese", ...CHINESE },
  { name: "COPTIC", calendar: "coptic", ...EGYPTIAN },
  { name: "DANGI", calendar: "dangi", ...CHINESE },
  { name: "ETHIOPIC", calendar: "ethiopic", ...EGYPTIAN },
  { name: "ETHIOPIC-AMETE-ALEM", calendar: "ethioaa", ...EGYPTIAN },
  { name: "HEBREW", calendar: "hebrew", year: 365.24682, leap: "sixth", lookups: 10 },
  { name: "INDIAN", calendar: "indian", year: SUN, months: 12, lookups: 10 },
  { name: "ISLAMIC", calendar: "islamic", ...ISLAMIC },
  { name: "ISLAMIC-CIVIL", calendar: "islamic-civil", ...ISLAMIC },
  { name: "ISLAMIC-RGSA", calendar: "islamic-rgsa", ...ISLAMIC },
  { name: "ISLAMIC-TBLA", calendar: "islamic-tbla", ...ISLAMIC },
  { name: "ISLAMIC-UMALQURA", calendar: "islamic-umalqura", ...ISLAMIC },
  { name: "PERSIAN", calendar: "persian", year: 365.2422, months: 12, lookups: 10 },
];

/** Other names of CLDR for the same. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["GREGORY", "GREGORIAN"],
  ["ETHIOAA", "ETHIOPIC-AMETE-ALEM"],
  ["ISLAMICC", "ISLAMIC-CIVIL"],
]);

/** What a rule without RSCALE is reckoned in. */
export const GREGORIAN_SCALE: Scale = gregorian("GREGORIAN");

const scales: ReadonlyMap<string, Scale> = new Map(
  [GREGORIAN_SCALE, ...GREGORIAN.slice(1).map(gregorian), ...FOREIGN.flatMap((about) => foreignScale(about) ?? [])].map(
    (scale) => [scale.name, scale],
  ),
);

/** The calendar systems that rules may name, upper case, the Gregorian first (RFC 7529 8). */
export const SCALES: readonly string[] = [...scales.keys()];

/** The calendar system of an RSCALE value in any case; `undefined` for one that is not known (RFC 7529 4.1). */
export function scaleNamed(rscale: string): Scale | undefined {
  const name = rscale.toUpperCase();
  return scales.get(ALIASES.get(name) ?? name);
}
