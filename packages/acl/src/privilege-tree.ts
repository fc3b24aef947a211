import { type Clark, cal, dav } from "@kalends/dav-xml";
import type { Right } from "./rights.js";

/** What privileges are about; every kind of resource is one of these. */
export type PrivilegeScope = "principal" | "home" | "collection" | "calendar" | "object" | "inbox" | "outbox";

/** A node of the privilege tree (RFC 3744 5.3). None is abstract. */
export interface Privilege {
  readonly name: Clark;
  readonly description: string;
  /** Letters that all must be held; for an aggregate without letters of its own, what it contains decides. */
  readonly letters: readonly Right[];
  readonly contains: readonly Privilege[];
}

interface Row {
  readonly name: Clark;
  readonly description: string;
  readonly letters?: readonly Right[];
  /** Letters where they differ from the common ones. */
  readonly special?: Partial<Record<PrivilegeScope, readonly Right[]>>;
  /** Absent = on every kind. */
  readonly on?: readonly PrivilegeScope[];
  readonly contains?: readonly Row[];
}

const shareable: readonly PrivilegeScope[] = ["home", "collection", "calendar"];
const holdsTime: readonly PrivilegeScope[] = ["home", "collection", "calendar", "object"];

const TREE: Row = {
  name: dav("all"),
  description: "Everything",
  contains: [
    {
      name: dav("read"),
      description: "Read the resource and its properties",
      letters: ["l", "r"],
      contains: [
        {
          name: dav("read-current-user-privilege-set"),
          description: "See one's own privileges",
          letters: ["l"],
        },
        { name: cal("read-free-busy"), description: "See when time is taken", letters: ["9"], on: holdsTime },
      ],
    },
    { name: dav("read-acl"), description: "Read the access list", letters: ["a"] },
    { name: dav("write-acl"), description: "Change the access list", letters: ["a"] },
    {
      name: dav("write"),
      description: "Change the resource",
      contains: [
        { name: dav("write-properties"), description: "Change properties", letters: ["w"] },
        { name: dav("write-content"), description: "Change content", letters: ["i", "d"] },
        { name: dav("bind"), description: "Add members", letters: ["i"], special: { home: ["c"] } },
        { name: dav("unbind"), description: "Remove members", letters: ["d"], special: { home: ["c"] } },
      ],
    },
    { name: dav("unlock"), description: "Remove somebody else's lock", letters: ["a"] },
    { name: dav("share"), description: "Share with others", letters: ["a"], on: shareable },
    {
      name: cal("schedule-deliver"),
      description: "Deliver scheduling messages",
      on: ["inbox"],
      contains: [
        { name: cal("schedule-deliver-invite"), description: "Deliver invitations", letters: ["p"] },
        { name: cal("schedule-deliver-reply"), description: "Deliver replies", letters: ["p"] },
        { name: cal("schedule-query-freebusy"), description: "Ask for free-busy time", letters: ["9"] },
      ],
    },
    {
      name: cal("schedule-send"),
      description: "Send scheduling messages",
      on: ["outbox"],
      contains: [
        { name: cal("schedule-send-invite"), description: "Send invitations", letters: ["p"] },
        { name: cal("schedule-send-reply"), description: "Send replies", letters: ["p"] },
        { name: cal("schedule-send-freebusy"), description: "Send free-busy requests", letters: ["p"] },
      ],
    },
  ],
};

function grow(row: Row, on: PrivilegeScope): Privilege {
  const contains = (row.contains ?? [])
    .filter((inner) => inner.on?.includes(on) ?? true)
    .map((inner) => grow(inner, on));
  const letters = row.special?.[on] ?? row.letters ?? [];
  return Object.freeze({ name: row.name, description: row.description, letters, contains });
}

export const PRIVILEGE_SCOPES: readonly PrivilegeScope[] = [
  "principal",
  "home",
  "collection",
  "calendar",
  "object",
  "inbox",
  "outbox",
];
const TREES = Object.freeze(Object.fromEntries(PRIVILEGE_SCOPES.map((on) => [on, grow(TREE, on)]))) as Readonly<
  Record<PrivilegeScope, Privilege>
>;

const KINDS: ReadonlyMap<string, PrivilegeScope> = new Map([
  ["home", "home"],
  ["calendar", "calendar"],
  ["subscribed-calendar", "calendar"],
  ["calendar-object", "object"],
  ["schedule-item", "object"],
  ["schedule-inbox", "inbox"],
  ["schedule-outbox", "outbox"],
  ["root", "principal"],
  ["principals", "principal"],
  ["principal", "principal"],
]);

/** The scope of a kind of resource; kinds of other packages that are not in the table count as plain collections. */
export const scopeOf = (kind: string): PrivilegeScope => KINDS.get(kind) ?? "collection";

/** The tree for `DAV:supported-privilege-set` (RFC 3744 5.3). */
export const privilegeTree = (on: PrivilegeScope): Privilege => TREES[on];
