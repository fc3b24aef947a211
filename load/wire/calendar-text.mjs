// A few facts about iCalendar texts that servers send.

const unfolded = (text) => text.replace(/\r?\n[ \t]/g, "");

// A dot would stop at the carriage return.
const WITH_UID =
  /^BEGIN:V(?:EVENT|TODO|JOURNAL)\r?\n(?:(?!END:V(?:EVENT|TODO|JOURNAL))[^\n]*\n)*?UID[^:\n]*:([^\r\n]*)/gm;

/** UIDs of the events, to-dos and journals in a text, each as often as it is there. */
export const uidsIn = (text) => [...unfolded(text).matchAll(WITH_UID)].map(([, uid]) => uid);

export const countOf = (text, component) => text.split(`BEGIN:${component}`).length - 1;
export const recursIn = (text) => /^RRULE[;:]/m.test(text);

const moment = (text) => {
  const digits = text.replace(/\D/g, "").padEnd(14, "0");
  const part = (from, to) => Number(digits.slice(from, to));
  return Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(8, 10), part(10, 12), part(12, 14));
};
const UNITS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1000];
const duration = (text) => {
  const found = /P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?/.exec(text).slice(1);
  return UNITS.reduce((sum, unit, n) => sum + unit * Number(found[n] ?? 0), 0);
};

/** The busy periods of a VFREEBUSY as pairs of milliseconds. */
export const busyIn = (text) =>
  [...unfolded(text).matchAll(/^FREEBUSY([^:]*):(.*?)\r?$/gm)]
    .filter(([, parameters]) => !/FBTYPE="?FREE/i.test(parameters))
    .flatMap(([, , periods]) => periods.split(","))
    .map((period) => {
      const [from, to] = period.trim().split("/");
      return [moment(from), to.startsWith("P") ? moment(from) + duration(to) : moment(to)];
    });
