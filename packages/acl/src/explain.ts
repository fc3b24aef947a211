import type { PrincipalId } from "@kalends/store";
import type { Reason, Verdict } from "./decide.js";
import { has, NO_RIGHTS, RIGHTS, type Right, wordsOf } from "./rights.js";
import type { Subject } from "./subject.js";

/** How principals and domains are called, for sentences. */
export interface Names {
  /** The one the verdict is about, for example `bob@mail.example`. */
  readonly who: string;
  principal(id: PrincipalId): string;
  domain(id: number): string;
}

function subjectText(subject: Subject, names: Names): string {
  switch (subject.type) {
    case "principal":
      return names.principal(subject.id);
    case "domain":
      return `anyone@${names.domain(subject.id)}`;
    case "anyone":
      return "anyone with an account";
    case "anonymous":
      return "anyone, even without an account";
    case "public":
      return "everybody, by the publishing level of its owner";
  }
}

function reasonText(reason: Reason, names: Names): string {
  if (reason.rule === "owner") return `${names.who} owns the mailbox and has every right.`;
  const whom = subjectText(reason.subject, names);
  const path = reason.via.slice(0, -1).map((id) => names.principal(id));
  const through = path.length === 0 ? "" : ` by way of ${path.join(", ")}`;
  const member = reason.via.length === 0 ? "" : ` (${names.who} is a member${through})`;
  const verb = reason.rule === "gives" ? "An entry grants" : "A negative entry denies";
  return `${verb} ${wordsOf(reason.rights)} to ${whom}${member}.`;
}

/** The verdict as sentences: each entry that counts, then what remains. */
export function explainVerdict(verdict: Verdict, names: Names): readonly string[] {
  const reasons = verdict.because.map((reason) => reasonText(reason, names));
  if (reasons.length === 0) return [`No entry speaks of ${names.who}: nothing is granted.`];
  if (verdict.because.some(({ rule }) => rule === "owner")) return reasons;
  const held = verdict.granted === NO_RIGHTS ? "no right at all" : wordsOf(verdict.granted);
  return [...reasons, `What remains to ${names.who}: ${held}.`];
}

/** Why one right is held or not, as one sentence. */
export function explainRight(verdict: Verdict, right: Right, names: Names): string {
  const def = RIGHTS.find((row) => row.right === right);
  const deed = `${def?.allows ?? right} (${def?.name ?? right})`;
  if (has(verdict.granted, right)) return `${names.who} may ${deed}.`;
  const takes = verdict.because.find((reason) => reason.rule === "takes" && has(reason.rights, right));
  if (takes) return `${names.who} may not ${deed}. ${reasonText(takes, names)}`;
  return `${names.who} may not ${deed}: no entry grants it.`;
}
