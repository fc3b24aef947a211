/** Whose state holds where two have changed the same base, and whether they disagree. */
export interface Choice {
  readonly take: "current" | "upload";
  readonly isConflict: boolean;
}

/**
 * The rule of three: what one side left as it was is taken from the other; where both changed it differently the upload holds,
 * unless it only takes away. Undefined = not there.
 */
export function choose(base: string | undefined, current: string | undefined, upload: string | undefined): Choice {
  if (upload === base || upload === current) return { take: "current", isConflict: false };
  if (current === base) return { take: "upload", isConflict: false };
  return { take: upload === undefined ? "current" : "upload", isConflict: true };
}

/** The keys of several maps, each once, in order of appearance. */
export const keysOf = (...maps: readonly ReadonlyMap<string, unknown>[]): readonly string[] => [
  ...new Set(maps.flatMap((map) => [...map.keys()])),
];
