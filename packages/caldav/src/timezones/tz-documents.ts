import { ianaNames, ianaZone, observancesBetween } from "@kalends/icalendar";
import { MEDIA_TYPES } from "../read/formats.js";

/** Where the service lives: its context path (RFC 7808 4.2.1). */
export const TZ_PATH = "/tz";

const parameter = (name: string, required = false) => ({ name, required, multi: false });

/** What the service can do, as JSON (RFC 7808 6.1). `release` is that of the IANA data, for example "2025b". */
export function capabilities(release: string): object {
  const action = (name: string, template: string, ...parameters: readonly object[]) => ({
    name,
    "uri-template": `${TZ_PATH}${template}`,
    parameters,
  });
  return {
    version: 1,
    info: {
      "primary-source": `IANA:${release}`,
      formats: MEDIA_TYPES,
      truncated: { any: false, untruncated: true },
    },
    actions: [
      action("capabilities", "/capabilities"),
      action("list", "/zones{?changedsince}", parameter("changedsince")),
      action("get", "/zones{/tzid}"),
      action("expand", "/zones{/tzid}/observances{?start,end}", parameter("start", true), parameter("end", true)),
      action("find", "/zones{?pattern}", parameter("pattern", true)),
      action("leapseconds", "/leapseconds"),
    ],
  };
}

/** The runtime tells the release of its data and no date: that of the year it carries is the latest change for sure known. */
const changedAt = (release: string): string => `${/^\d{4}/.exec(release)?.[0] ?? "1970"}-01-01T00:00:00Z`;

/** Zones by name, as JSON (RFC 7808 6.2). */
export function zoneList(tzids: readonly string[], release: string): object {
  const about = {
    etag: release,
    "last-modified": changedAt(release),
    publisher: "IANA",
    version: release,
  };
  return { synctoken: release, timezones: tzids.map((tzid) => ({ tzid, ...about })) };
}

/** Offsets of a zone between two instants (UTC milliseconds), as JSON (RFC 7808 6.3). */
export function zoneObservances(tzid: string, start: number, end: number): object {
  const zone = ianaZone(tzid);
  const observances = zone ? observancesBetween(zone, start, end) : [];
  return {
    tzid,
    start: utc(start),
    end: utc(end),
    observances: observances.map(({ name, onset, from, to }) => ({
      name,
      onset: utc(onset),
      "utc-offset-from": from,
      "utc-offset-to": to,
    })),
  };
}

const utc = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

/** Names that match a pattern: * at its ends stands for anything, case and underscores do not count (RFC 7808 5.5). */
export function findZones(pattern: string): readonly string[] | undefined {
  const found = /^(\*?)((?:[^*\\]|\\[*\\])+)(\*?)$/.exec(pattern);
  if (!found) return undefined;
  const [, before, written = "", after] = found;
  const wanted = plain(written.replace(/\\(.)/g, "$1"));
  return ianaNames().filter((name) => {
    const at = plain(name);
    if (before && after) return at.includes(wanted);
    return before ? at.endsWith(wanted) : after ? at.startsWith(wanted) : at === wanted;
  });
}

const plain = (name: string): string => name.toLowerCase().replaceAll("_", " ");
