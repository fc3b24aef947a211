/** Bounds on the shape of calendar text, so that no input costs more than its size. */
export interface ParseLimits {
  /** Characters of one unfolded content line. */
  readonly maxLine: number;
  /** Components inside each other, VCALENDAR included. */
  readonly maxDepth: number;
  /** Content lines, BEGIN and END not counted. */
  readonly maxProperties: number;
  readonly maxComponents: number;
}

/** For one calendar object: leaves room for inline attachments and some thousand overrides. */
export const OBJECT_PARSE_LIMITS: ParseLimits = Object.freeze({
  maxLine: 1_048_576,
  maxDepth: 16,
  maxProperties: 50_000,
  maxComponents: 5_000,
});

/** For a whole calendar in one file. */
export const FILE_PARSE_LIMITS: ParseLimits = Object.freeze({
  maxLine: 1_048_576,
  maxDepth: 16,
  maxProperties: 5_000_000,
  maxComponents: 250_000,
});

/** What a calendar accepts as an object (RFC 4791 5.2.3 to 5.2.9). */
export interface ObjectLimits {
  /** Octets. */
  readonly maxBytes: number;
  readonly maxInstances: number;
  readonly maxAttendees: number;
  /** Epoch milliseconds. */
  readonly minDateTime: number;
  /** Epoch milliseconds. */
  readonly maxDateTime: number;
  /** Allowed component names. */
  readonly components: readonly string[];
}
