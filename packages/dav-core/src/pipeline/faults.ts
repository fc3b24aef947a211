import { AccessDenied } from "@kalends/acl";
import { type Clark, dav, XmlFault, type XmlOut } from "@kalends/dav-xml";
import { StoreBusy, StoreDeadline, StoreFull, StoreUnavailable } from "@kalends/store";
import { NeedPrivileges, SufficientDiskSpace } from "../conditions.js";
import type { Reply } from "../exchange.js";
import { type Refusal, Refused, refusalOf } from "../refusal.js";
import { type FaultPlace, missingPrivileges } from "./missing-privileges.js";

export type { FaultPlace };

const NOT_FOUND: Refusal = { status: 404, note: "There is nothing here." };
const busy = (note: string, seconds: number): Refusal => ({
  status: 503,
  note,
  headers: { "Retry-After": String(seconds) },
});

const STORE_FAULTS = [
  [StoreBusy, busy("Too many writes at once; try again.", 1)],
  [StoreDeadline, busy("The request took too long.", 5)],
  [StoreUnavailable, busy("The database cannot be reached at the moment.", 5)],
  [StoreFull, refusalOf(SufficientDiskSpace, undefined, "The server has no room left to store this.")],
] as const;

function denial({ missing, hidden }: AccessDenied, place: FaultPlace): Refusal {
  if (hidden) return NOT_FOUND;
  const rights = missing.map(({ right }) => right).join("");
  return refusalOf(NeedPrivileges, missingPrivileges(missing, place), `The rights "${rights}" are missing here.`);
}

/** Whatever is wrong with the XML, too much of it and DOCTYPE included, the request is malformed (RFC 4918 8.2, 20.6). */
const xmlRefusal = ({ message }: XmlFault): Refusal => ({
  status: 400,
  note: `The XML body cannot be read: ${message}`,
});

/**
 * What an error means to the client, or null for what nobody foresaw. The only place where errors become statuses:
 * refusals, missing rights (404 where Lookup is missing, else 403 with `DAV:need-privileges`), XML, the store.
 */
export function refusalFrom(error: unknown, place: FaultPlace): Refusal | null {
  if (error instanceof Refused) return error.refusal;
  if (error instanceof AccessDenied) return denial(error, place);
  if (error instanceof XmlFault) return xmlRefusal(error);
  return STORE_FAULTS.find(([fault]) => error instanceof fault)?.[1] ?? null;
}

function writeCondition(out: XmlOut, condition: Clark, { detail, description }: Refusal): void {
  out.open(condition);
  detail?.(out);
  out.close();
  if (description !== undefined) out.leaf(dav("responsedescription"), description);
}

/** A refusal as DAV clients read it: `DAV:error` with the condition, or one line of text (RFC 4918 14.25, 16). */
export function refusalReply(refusal: Refusal): Reply {
  const { status, condition, note, headers = {} } = refusal;
  if (condition !== undefined) {
    return {
      kind: "xml",
      status,
      headers,
      root: dav("error"),
      build: (out) => writeCondition(out, condition, refusal),
    };
  }
  if (note === undefined) return { kind: "empty", status, headers };
  return { kind: "body", status, headers, body: `${note}\n`, type: "text/plain; charset=utf-8" };
}
