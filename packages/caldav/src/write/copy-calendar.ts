import type { Authorized } from "@kalends/acl";
import {
  bodyOf,
  type CollectionResource,
  collectionCopy,
  type Exchange,
  listMembers,
  type MethodDef,
  plan,
  QuotaNotExceeded,
  type Registry,
  refuse,
} from "@kalends/dav-core";
import { type CollectionId, type MemberWrite, type Sql, writeObjects } from "@kalends/store";
import { refuseFindings } from "../conditions.js";
import { CALENDAR, SUBSCRIBED_CALENDAR } from "../kinds.js";
import { objectLimits } from "../limits.js";
import { breathing } from "../query/breathe.js";
import { analyse } from "./analyse.js";
import { noRules, type WriteRules } from "./guards.js";
import { guardMember, type MemberInput, memberRow } from "./write-members.js";

const encoder = new TextEncoder();

/** Every object as it would be written to the copy, in pages; refuses the first that breaks a limit or a rule. */
async function* examined(
  from: CollectionResource,
  at: Authorized<unknown>,
  rules: WriteRules,
  cx: Exchange,
  registry: Registry,
): AsyncGenerator<MemberInput & { readonly reduced: boolean }> {
  const { collection } = from;
  const limits = objectLimits(cx.services.limits, collection);
  const write = { collection, by: at.by, via: "caldav", before: null } as const;
  const breathe = breathing(cx);
  const bodies = { columns: ["data"] } as const;
  for await (const page of listMembers(from, plan({ form: "prop", names: [] }, registry), cx, registry, bodies)) {
    for (const { name, member } of page) {
      const analysis = await analyse(encoder.encode(bodyOf(member)), limits, cx);
      if (!analysis.ok) refuseFindings(analysis.findings);
      else {
        const guarded = await guardMember({ name, object: analysis.value, expect: "none" }, write, rules, cx);
        yield { ...guarded, reduced: member.reduced === true };
      }
      await breathe();
    }
  }
}

/**
 * CAL-31: what holds for a PUT holds for each member; the statement that writes what the rules changed, and what the copier
 * sees in part, comes after.
 */
async function examine(
  from: CollectionResource,
  at: Authorized<unknown>,
  rules: WriteRules,
  cx: Exchange,
  registry: Registry,
): Promise<(made: CollectionId) => readonly Sql[]> {
  const most = cx.services.limits.objectsPerCalendar;
  const rewritten: MemberWrite[] = [];
  let count = 0;
  for await (const member of examined(from, at, rules, cx, registry)) {
    count += 1;
    if (count > most) refuse(QuotaNotExceeded, undefined, `A calendar holds at most ${most} objects.`);
    if (member.object.changed || member.reduced) rewritten.push(memberRow(member));
  }
  if (rewritten.length === 0) return () => [];
  const shared = { by: at.by, via: "caldav", members: rewritten, removals: [], emit: rules.emit };
  return (made) => [writeObjects({ collection: made, ...shared })];
}

/** COPY of a calendar with all its objects; each must be one that may be stored today (RFC 4791 5.3.2.1). */
export const copyCalendar = (rules: WriteRules = noRules): MethodDef =>
  collectionCopy({
    on: [CALENDAR, SUBSCRIBED_CALENDAR],
    emit: rules.emit,
    examine: (from, at, cx, registry) => examine(from, at, rules, cx, registry),
  });
