import {
  AccessDenied,
  type Asker,
  authorize,
  decide,
  type Grant,
  type Held,
  type Membership,
  type NeededRight,
  NO_RIGHTS,
  type RightsMask,
  type Right,
  satisfies,
  union,
  without,
} from "@kalends/acl";
import type { Judged, Sides } from "./mailboxes.js";
import type { Reached } from "./reach.js";

/** One entry of a mailbox. */
export interface MailboxEntry {
  readonly mailbox: Judged;
  readonly grant: Grant;
}

export type Answer = "allowed" | "refused" | "hidden";

/** The one check, as an answer. */
export function answerOf(held: Held, needs: readonly NeededRight[]): Answer {
  try {
    authorize(null, null, held, needs);
    return "allowed";
  } catch (error) {
    if (error instanceof AccessDenied) return error.hidden ? "hidden" : "refused";
    throw error;
  }
}

/** How a request would be answered if the entries of mailboxes were others. */
export interface Question {
  readonly reached: readonly Reached[];
  readonly sides: readonly Sides[];
  readonly by: Asker | null;
  readonly memberships: readonly Membership[];
}

type Entries = (mailbox: Judged) => readonly Grant[];

/** What entries do not explain, such as sight of a home in which one sees a calendar, stays as it is. */
function maskWith(now: RightsMask, mailbox: Judged | null, entries: Entries, question: Question): RightsMask {
  if (!mailbox) return now;
  const beyond = without(now, mailbox.verdict.granted);
  return union(decide(mailbox.owner, question.by, question.memberships, entries(mailbox)).granted, beyond);
}

/** True when all places of a request would be open with these entries. */
export function allowedWith(question: Question, entries: Entries): boolean {
  return question.reached.every(({ held, needs }, n) => {
    const { self, parent } = question.sides[n] ?? { self: null, parent: null };
    const changed: Held = {
      self: held.self === null ? null : maskWith(held.self, self, entries, question),
      parent: maskWith(held.parent, parent, entries, question),
    };
    return answerOf(changed, needs) === "allowed";
  });
}

const mailboxesOf = ({ sides }: Question): readonly Judged[] => {
  const all = sides.flatMap(({ self, parent }) => [self, parent].flatMap((mailbox) => mailbox ?? []));
  return [...new Map(all.map((mailbox) => [mailbox.id, mailbox])).values()];
};

/** The entries each of which alone decides: without it, the answer would be the other one. */
export function decisiveEntries(question: Question, allowed: boolean): readonly MailboxEntry[] {
  return mailboxesOf(question).flatMap((mailbox) =>
    mailbox.grants.flatMap((grant) => {
      const without = (other: Judged) =>
        other.id === mailbox.id ? other.grants.filter((each) => each !== grant) : other.grants;
      return allowedWith(question, without) === allowed ? [] : [{ mailbox, grant }];
    }),
  );
}

/** An entry to be set, as `rights set` takes it; no rights remove it. */
export interface Remedy {
  readonly mailbox: Judged;
  readonly grant: Grant;
}

interface Missing {
  readonly mailbox: Judged;
  readonly rights: readonly Right[];
}

/** What lacks where: the rights needed, and Lookup wherever something else is. */
function missingIn({ reached, sides }: Question): readonly Missing[] {
  const missing = new Map<Judged["id"], { readonly mailbox: Judged; readonly rights: Set<Right> }>();
  const note = (mailbox: Judged | null, right: Right) => {
    if (!mailbox) return;
    const known = missing.get(mailbox.id) ?? { mailbox, rights: new Set() };
    known.rights.add(right);
    missing.set(mailbox.id, known);
  };
  reached.forEach(({ held, needs }, n) => {
    const at = sides[n] ?? { self: null, parent: null };
    for (const { right, on } of needs) {
      if (!satisfies(held[on] ?? held.parent, right)) note(held.self === null ? at.parent : at[on], right);
    }
    if (answerOf(held, needs) === "hidden") note(held.self === null ? at.parent : at.self, "l");
  });
  return [...missing.values()].map(({ mailbox, rights }) => ({ mailbox, rights: [...rights] }));
}

/**
 * The entries to set so that the request is let in: what is denied no longer is, what is missing is granted to the asker
 * himself. Empty where no entry can help.
 */
export function remedies(question: Question, maskOf: (...rights: readonly Right[]) => RightsMask): readonly Remedy[] {
  const { by } = question;
  const subject = by === null ? ({ type: "anonymous" } as const) : ({ type: "principal", id: by.id } as const);
  return missingIn(question).flatMap(({ mailbox, rights }): readonly Remedy[] => {
    const wanted = maskOf(...rights);
    const speaking = mailbox.verdict.because.flatMap((reason) => (reason.rule === "owner" ? [] : [reason]));
    const denials = speaking.filter(({ rule, rights: taken }) => rule === "takes" && (taken & wanted) !== 0);
    const own = mailbox.grants.find(
      ({ subject: of, positive }) =>
        positive && of.type === subject.type && (of.type !== "principal" || of.id === by?.id),
    );
    const given = speaking
      .filter(({ rule }) => rule === "gives")
      .reduce((all, each) => union(all, each.rights), NO_RIGHTS);
    const lift = denials.map(({ subject: of, rights: taken }) => ({
      mailbox,
      grant: { subject: of, positive: false, rights: without(taken, wanted) },
    }));
    if (without(wanted, given) === NO_RIGHTS) return lift;
    return [...lift, { mailbox, grant: { subject, positive: true, rights: union(own?.rights ?? NO_RIGHTS, wanted) } }];
  });
}
