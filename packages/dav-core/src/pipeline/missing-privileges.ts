import { type NeededRight, privilegeOf, type Right } from "@kalends/acl";
import { type Clark, dav } from "@kalends/dav-xml";
import type { MissingPrivilege } from "../conditions.js";
import { parentHref } from "../paths/segments.js";

/** Where a right was missing, and what for. */
export interface FaultPlace {
  readonly href: string;
  /** Something is there. */
  readonly mapped: boolean;
  readonly verb?: string;
  /** The place is what COPY or MOVE would write to. */
  readonly destination?: boolean;
}

/** A row of RFC 3744 appendix B where rights and privileges differ: the first that fits is told. */
interface Told {
  readonly verbs: readonly string[];
  readonly rights: readonly Right[];
  readonly on: "self" | "parent";
  readonly destination: boolean;
  readonly privilege: Clark;
  readonly at: "self" | "parent";
}

const READING = ["GET", "HEAD", "PROPFIND", "REPORT"];

const TOLD: readonly Told[] = [
  // To replace content takes one privilege, though Insert and Delete stand for it.
  {
    verbs: ["PUT", "LOCK"],
    rights: ["i", "d"],
    on: "self",
    destination: false,
    privilege: dav("write-content"),
    at: "self",
  },
  { verbs: ["COPY"], rights: ["i", "d"], on: "self", destination: true, privilege: dav("write-content"), at: "self" },
  // Create in a home is the right to add mailboxes and to take them away.
  {
    verbs: ["DELETE", "MOVE"],
    rights: ["c"],
    on: "parent",
    destination: false,
    privilege: dav("unbind"),
    at: "parent",
  },
  { verbs: READING, rights: ["a"], on: "self", destination: false, privilege: dav("read-acl"), at: "self" },
];

function toldOf({ right, on }: NeededRight, place: FaultPlace): MissingPrivilege {
  const { href, mapped, verb = "", destination = false } = place;
  const where = on === "self" && !mapped ? "parent" : on;
  const found = TOLD.find(
    (row) =>
      row.verbs.includes(verb) && row.rights.includes(right) && row.on === where && row.destination === destination,
  );
  // Insert on what has content means replacing it; on a collection, adding a member.
  const plain = right === "i" && where === "self" && !href.endsWith("/") ? dav("write-content") : privilegeOf(right);
  const at = found?.at ?? where;
  return { href: at === "self" ? href : parentHref(href), privilege: found?.privilege ?? plain };
}

/** What `DAV:need-privileges` tells: each privilege once, on the resource that lacks it (RFC 3744 7.1.1, appendix B). */
export function missingPrivileges(missing: readonly NeededRight[], place: FaultPlace): readonly MissingPrivilege[] {
  const all = missing.map((need) => toldOf(need, place));
  return all.filter(
    (one, i) => all.findIndex(({ href, privilege }) => href === one.href && privilege === one.privilege) === i,
  );
}
