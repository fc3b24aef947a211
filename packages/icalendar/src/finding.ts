/** The preconditions a finding may break: local names of elements in the CalDAV namespace. */
export type FindingCode =
  | "supported-calendar-data"
  | "valid-calendar-data"
  | "valid-calendar-object-resource"
  | "supported-calendar-component"
  | "min-date-time"
  | "max-date-time"
  | "max-instances"
  | "max-attendees-per-instance"
  | "max-resource-size"
  | "valid-timezone"
  | "supported-rscale";

/** What is wrong with calendar data, where, and which section says so. */
export interface Finding {
  readonly code: FindingCode;
  /** Line of the sent text, counted from 1, folded lines counted one by one. */
  readonly line?: number;
  /** Property or component name, upper case. */
  readonly property?: string;
  readonly uid?: string;
  /** One sentence for a person. */
  readonly message: string;
  /** For example "RFC 5545 3.6.1". */
  readonly spec: string;
}

/** The answer of every function that reads what a user sent: these never throw for bad data. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly findings: readonly Finding[] };

export function success<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function failure(...findings: readonly Finding[]): {
  readonly ok: false;
  readonly findings: readonly Finding[];
} {
  return { ok: false, findings };
}
