import type { MemberInput } from "@kalends/caldav";
import type { MemberRemoval, Revision, WriteTx } from "@kalends/store";

export interface PlannedRemoval extends MemberRemoval {
  readonly uid: string;
}

/** What a file is about to change in a calendar. */
export interface Planned {
  readonly members: readonly MemberInput[];
  readonly removals: readonly PlannedRemoval[];
  /** Of the calendar for which it was planned; absent = it does not matter. */
  readonly revision: Revision | undefined;
}

/** What became of the items of a file that were not simply stored. */
export interface MergeCounts {
  /** Items that are not as they were sent, because others changed them too. */
  readonly merged: number;
  /** Places in which both sides had changed the same. */
  readonly conflicts: number;
  /** The items that have such places. */
  readonly disputed: readonly string[];
  /** Items of a message that were older than what stands, or not the sender's to change. */
  readonly ignored: number;
  /** What the calendar shows the sender now means what he sent. */
  readonly isAsSent: boolean;
}

export interface Revised extends Pick<Planned, "members" | "removals"> {
  readonly merge?: MergeCounts | undefined;
  /** Happens in the transaction of the write. */
  readonly also?: ((tx: WriteTx) => Promise<void>) | undefined;
  /** Happens where nothing is left to write; false = the calendar has changed meanwhile, plan again. */
  readonly settle: () => Promise<boolean>;
}

export type Revise = (planned: Planned) => Promise<Revised>;

/** Everything is written as it was planned. */
export const asPlanned: Revise = async ({ members, removals }) => ({ members, removals, settle: async () => true });
