import type { RightsMask } from "@kalends/acl";
import type { Exchange } from "../exchange.js";
import type { AccountName, Address, Candidate } from "../paths/address.js";
import type { MemberColumn } from "../property.js";
import type { CollectionRow, MemberRow } from "../resource.js";
import { memberColumns, memberReader } from "../rows/member-row.js";
import type { Account, Asked } from "./account.js";

export type Mailbox = Extract<Address, { at: "mailbox" }>;

/** What the store says about a path in somebody's home. */
export interface Said extends Asked {
  /** Whose home it is; null = nobody's. */
  readonly account: Account | null;
  /** The home, where the path does not lead to something in it. */
  readonly home: CollectionRow | null;
  /** The rights held on the home, with what seeing something in it adds. */
  readonly above: RightsMask;
  readonly place: Place | null;
}

/** The candidate that is meant, the collection it names and what is there under the name of a member, as the asker may see it. */
export interface Place {
  readonly candidate: Candidate;
  readonly collection: CollectionRow;
  readonly member: MemberRow | null;
}

/** GET and HEAD answer out of the statement that finds the member, so that text and validators are of one moment. */
export const readsBody = ({ verb }: Pick<Exchange, "verb">): boolean => verb === "GET" || verb === "HEAD";

/** The columns of a member that come along: all, the text only where it is what was asked for. */
const withText: ReadonlySet<MemberColumn> = new Set(memberColumns);
const withoutText: ReadonlySet<MemberColumn> = new Set(memberColumns.filter((column) => column !== "data"));
export const stateColumns = withoutText;
export const columnsFor = (cx: Exchange): ReadonlySet<MemberColumn> => (readsBody(cx) ? withText : withoutText);

const withTextReader = memberReader(withText);
export const readState = memberReader(withoutText);
export const readerFor = (cx: Exchange): typeof readState => (readsBody(cx) ? withTextReader : readState);

/** True where a name means the one who asks. */
export const isAsker = ({ login, domain }: AccountName, { by, domain: host }: Exchange): boolean =>
  by !== null && login === by.login && (domain ?? host.name) === by.domain;
