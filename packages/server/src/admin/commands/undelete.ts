import { ALL_RIGHTS, authorize } from "@kalends/acl";
import { OBJECT_COMPONENTS, objectLimits } from "@kalends/caldav";
import { storeFile } from "@kalends/calendardata";
import { analyseObject, type ObjectAnalysis } from "@kalends/icalendar";
import { type RemovedVersion, removedSince, sql } from "@kalends/store";
import type { House } from "../../compose.js";
import { administratorExchange } from "../../quiet-exchange.js";
import type { AdminCommand } from "../command.js";
import { mailboxNamed } from "../mailbox.js";
import { timeFrom } from "../times.js";

export interface UndeleteReport {
  readonly restored: number;
  /** Kept, but their UID is in the mailbox again, or they cannot be read. */
  readonly left: number;
}

type Mailbox = Awaited<ReturnType<typeof mailboxNamed>>;

/** The kept objects that can stand in the mailbox again: those that can be read and whose UID is free. */
async function restorable(
  kept: readonly RemovedVersion[],
  { collection }: Mailbox,
  { services }: House,
): Promise<readonly ObjectAnalysis[]> {
  const limits = { ...objectLimits(services.limits, collection), components: OBJECT_COMPONENTS };
  const objects = new Map<string, ObjectAnalysis>();
  for (const { data } of kept) {
    const read = analyseObject(Buffer.from(data), limits, services.clock());
    if (read.ok) objects.set(read.value.uid, read.value);
  }
  const taken = await services.db.rows<{ uid: string }>(sql`
    select uid from object where collection_id = ${collection.id} and uid = any(${[...objects.keys()]}::text[])`);
  for (const { uid } of taken) objects.delete(uid);
  return [...objects.values()];
}

/** Puts back what whole-file DELETE and replacing PUT removed from a mailbox; what is there now stays as it is. */
export const undeleteCommand: AdminCommand<{ mailbox: string; since?: string | undefined }, UndeleteReport> = {
  name: "undelete",
  async run({ mailbox: name, since }, house) {
    const mailbox = await mailboxNamed(house, name);
    const { db, clock } = house.services;
    const from = since === undefined ? 0 : timeFrom(since, clock(), "begin");
    const kept = await db.rows<RemovedVersion>(removedSince(mailbox.collection.id, from));
    const objects = await restorable(kept, mailbox, house);
    const at = authorize(mailbox, null, { self: ALL_RIGHTS, parent: ALL_RIGHTS }, [{ right: "i", on: "self" }]);
    const cx = administratorExchange(house, mailbox.href);
    const { added } = await storeFile(mailbox.collection, objects, at, cx, { mayReplace: false });
    return { restored: added, left: kept.length - added };
  },
};
