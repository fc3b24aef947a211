import { AccessDenied, type NeededRight, privilegeOf } from "@kalends/acl";
import { type Clark, dav, XmlFault, type XmlOut } from "@kalends/dav-xml";
import { StoreBusy, StoreDeadline, StoreFull, StoreUnavailable } from "@kalends/store";
import { type MissingPrivilege, NeedPrivileges, SufficientDiskSpace } from "../conditions.js";
import type { Reply } from "../exchange.js";
import { parentHref } from "../paths/segments.js";
import { type Refusal, Refused, refusalOf } from "../refusal.js";

/** Where a right was missing: the verb that wanted it, the href of the target, and whether something is there. */
export interface FaultPlace {
  readonly verb: string;
  readonly href: string;
  readonly mapped: boolean;
}

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

/**
 * The privilege that a missing right is told as (RFC 3744 appendix B). Insert and Delete on what is there are its content,
 * which a lock on a calendar covers as well; Create around what goes away is its removal.
 */
function privilegeFor({ right, on }: NeededRight, { verb, href, mapped }: FaultPlace): Clark {
  const isContent = mapped && (verb === "LOCK" || !href.endsWith("/"));
  if (on === "self" && isContent && (right === "i" || right === "d")) return dav("write-content");
  if (on === "parent" && mapped && right === "c") return dav("unbind");
  return privilegeOf(right);
}

function missingPrivileges({ missing }: AccessDenied, place: FaultPlace): readonly MissingPrivilege[] {
  const named = new Map<string, MissingPrivilege>();
  for (const need of missing) {
    const href = need.on === "self" && place.mapped ? place.href : parentHref(place.href);
    const privilege = privilegeFor(need, place);
    named.set(`${privilege} ${href}`, { href, privilege });
  }
  return [...named.values()];
}

function denial(denied: AccessDenied, place: FaultPlace): Refusal {
  if (denied.hidden) return NOT_FOUND;
  const rights = denied.missing.map(({ right }) => right).join("");
  return refusalOf(NeedPrivileges, missingPrivileges(denied, place), `The rights "${rights}" are missing here.`);
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
