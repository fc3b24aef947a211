import type { Clark, XmlOut } from "@kalends/dav-xml";

/** Why a request, or one item of it, is not done. `note` is one sentence for plain clients and logs. */
export interface Refusal {
  readonly status: number;
  readonly condition?: Clark;
  readonly detail?: (out: XmlOut) => void;
  /** What stands beside the condition in `DAV:error`. */
  readonly beside?: (out: XmlOut) => void;
  readonly note?: string;
  /** A sentence that a person should see beside the condition: what is wrong with the data they sent (RFC 4918 14.25). */
  readonly description?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A precondition of a standard: its element, its status, its payload. One row in a package's `conditions.ts`. */
export interface ConditionDef<P> {
  readonly name: Clark;
  readonly status: number;
  readonly spec: string;
  readonly body?: (out: XmlOut, payload: P) => void;
}

export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.note ?? refusal.condition ?? String(refusal.status));
  }
}

export function refusalOf<P>(def: ConditionDef<P>, payload: P, note?: string): Refusal {
  const { body, status, name } = def;
  return {
    status,
    condition: name,
    ...(body ? { detail: (out: XmlOut) => body(out, payload) } : {}),
    ...(note === undefined ? {} : { note }),
  };
}

/** Ends the request with a precondition element in `DAV:error` (RFC 4918 §16). */
export function refuse<P>(def: ConditionDef<P>, payload: P, note?: string): never {
  throw new Refused(refusalOf(def, payload, note));
}

/** Ends the request with a bare status: malformed headers, unmapped paths, unsupported media types. */
export function refuseStatus(status: number, note: string, headers?: Readonly<Record<string, string>>): never {
  throw new Refused({ status, note, ...(headers ? { headers } : {}) });
}
