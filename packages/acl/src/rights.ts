import type { Brand } from "@kalends/store";

/** Mailbox rights by letter (RFC 4314); `9` is free-busy, a right of its own. */
export type Right = "l" | "r" | "s" | "w" | "i" | "p" | "c" | "d" | "a" | "9";

/** A set of rights as bits, the way `grant_entry.rights` keeps it. */
export type RightsMask = Brand<number, "rights">;

export interface RightDef {
  readonly right: Right;
  readonly bit: number;
  /** Its name for people. */
  readonly name: string;
  /** What it lets one do, to follow "may". */
  readonly allows: string;
}

export const RIGHTS: readonly RightDef[] = Object.freeze([
  { right: "l", bit: 1, name: "Lookup", allows: "see that the mailbox exists" },
  { right: "r", bit: 2, name: "Read", allows: "open the mailbox and read its items" },
  { right: "s", bit: 4, name: "Seen", allows: "keep seen marks" },
  { right: "w", bit: 8, name: "Write", allows: "change flags and properties" },
  { right: "i", bit: 16, name: "Insert", allows: "add items" },
  { right: "p", bit: 32, name: "Post", allows: "deliver messages" },
  { right: "c", bit: 64, name: "Create", allows: "create mailboxes inside" },
  { right: "d", bit: 128, name: "Delete", allows: "remove items" },
  { right: "a", bit: 256, name: "Administer", allows: "read and change the rights" },
  { right: "9", bit: 512, name: "Free-busy", allows: "see when time is taken" },
]);

export const NO_RIGHTS = 0 as RightsMask;
export const ALL_RIGHTS = 1023 as RightsMask;

const BITS = Object.freeze(Object.fromEntries(RIGHTS.map(({ right, bit }) => [right, bit]))) as Readonly<
  Record<Right, number>
>;

export type RightsParse =
  { readonly ok: true; readonly rights: RightsMask } | { readonly ok: false; readonly reason: string };

export const isRight = (letter: string): letter is Right => Object.hasOwn(BITS, letter);

/** The bit of one right, for statements. */
export const bitOf = (right: Right): number => BITS[right];

/** Takes an integer from the database; bits that name no right are dropped. */
export const rightsMask = (bits: number): RightsMask => (bits & ALL_RIGHTS) as RightsMask;

export const maskOf = (...rights: readonly Right[]): RightsMask =>
  rights.reduce((mask, right) => mask | BITS[right], 0) as RightsMask;

/** The newer letters of RFC 4314 2.1 for what is one right here: `k` for Create; `t`, `e` and `x` together for Delete. */
const NEWER: readonly (readonly [string, Right])[] = [
  ["k", "c"],
  ["tex", "d"],
];

/** Replaces whole groups of newer letters by the right they make up; a part of a group stays, and is refused later. */
const modernised = (letters: string): string =>
  NEWER.reduce(
    (text, [group, right]) =>
      [...group].every((letter) => text.includes(letter))
        ? right + [...text].filter((letter) => !group.includes(letter)).join("")
        : text,
    letters,
  );

/**
 * Reads `"lrid"` in any order, newer letters too where their group is complete (RFC 4314 2.1.1); refuses letters that
 * name no right. The empty text is no right at all.
 */
export function parseRights(letters: string): RightsParse {
  const text = modernised(letters);
  const known = [...text].filter(isRight);
  const wrong = [...text].find((letter) => !isRight(letter));
  if (wrong === undefined) return { ok: true, rights: maskOf(...known) };
  if ("tex".includes(wrong)) return { ok: false, reason: `t, e and x are one right here: say d instead of "${wrong}"` };
  return { ok: false, reason: `"${wrong}" is no right; use letters out of ${formatRights(ALL_RIGHTS)}` };
}

/** The rights held, in the order of the table. */
export const rightsOf = (mask: RightsMask): readonly Right[] =>
  RIGHTS.filter(({ bit }) => (mask & bit) !== 0).map(({ right }) => right);

/** Prints letters in the order of the table; `parseRights` reads them back. */
export const formatRights = (mask: RightsMask): string => rightsOf(mask).join("");

/** The names of the rights for people: "Lookup, Read". */
export const wordsOf = (mask: RightsMask): string =>
  RIGHTS.filter(({ bit }) => (mask & bit) !== 0)
    .map(({ name }) => name)
    .join(", ");

export const has = (mask: RightsMask, right: Right): boolean => (mask & BITS[right]) !== 0;

/**
 * True where the right, or one that contains it, is held: who may read a calendar may also see when its time is taken
 * (RFC 4791 6.1.1).
 */
export const satisfies = (mask: RightsMask, right: Right): boolean =>
  has(mask, right) || (right === "9" && has(mask, "r"));

export const union = (...masks: readonly RightsMask[]): RightsMask =>
  masks.reduce<number>((all, mask) => all | mask, 0) as RightsMask;

export const without = (mask: RightsMask, taken: RightsMask): RightsMask => (mask & ~taken) as RightsMask;
