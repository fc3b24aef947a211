import type { Octets } from "@kalends/dav-xml";
import { type CalendarDataRequest, type Zone, zoneOf } from "@kalends/icalendar";

/** What a report was given of an object. */
export interface Part {
  readonly text: Octets;
  readonly instances: number;
  /** How many instances were allowed when it was made: with fewer it might have been refused. */
  readonly allowed: number;
}

export interface RememberedParts {
  recall(key: string, allowed: number): Part | undefined;
  remember(key: string, part: Part): void;
}

/** Octets; twice as many are kept, for there are two generations. */
const GENERATION = 3 * 1024 * 1024;

/**
 * Remembers parts of objects: programs ask for the same month again and again. What was not used while others filled a
 * generation is forgotten.
 */
export function rememberedParts(generation = GENERATION): RememberedParts {
  let young = new Map<string, Part>();
  let old = new Map<string, Part>();
  let size = 0;

  function remember(key: string, part: Part): void {
    const length = key.length + part.text.length;
    if (length > generation / 8) return;
    if (size + length > generation) {
      old = young;
      young = new Map();
      size = 0;
    }
    young.set(key, part);
    size += length;
  }

  return {
    remember,
    recall(key, allowed) {
      const recent = young.get(key);
      const part = recent ?? old.get(key);
      if (part === undefined || allowed < part.allowed) return undefined;
      if (recent === undefined) remember(key, part);
      return part;
    },
  };
}

/**
 * What a part of an object is made from, and nothing else: the text somebody is shown, what he asks of it, the zone of
 * floating times. Undefined where that is a zone the request itself describes. The rules of zones stay as long as the process.
 */
export function partKeys(request: CalendarDataRequest, floating: Zone): ((shown: Octets) => string) | undefined {
  if (zoneOf(floating.id) !== floating) return undefined;
  const asked = `${floating.id} ${JSON.stringify(request)} `;
  return (shown) => asked + shown;
}
