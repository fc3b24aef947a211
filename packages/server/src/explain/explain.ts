import { firstSwitchOff, principalNamed } from "@kalends/accounts";
import {
  explainRight,
  explainVerdict,
  formatRights,
  formatSubject,
  type Membership,
  maskOf,
  type Names,
  RIGHTS,
  type Subject,
  wordsOf,
} from "@kalends/acl";
import { type Exchange, Refused, type Requester, WEBCAL } from "@kalends/dav-core";
import {
  allDomains,
  allMemberships,
  type CountedDomain,
  type Database,
  type PrincipalRow,
  principalByLogin,
  principalNames,
} from "@kalends/store";
import type { House } from "../compose.js";
import { quietExchange } from "../quiet-exchange.js";
import { type Judged, judgeAll } from "./mailboxes.js";
import { type Reached, reach } from "./reach.js";
import { answerOf, decisiveEntries, type MailboxEntry, type Question, remedies } from "./what-if.js";

/** One entry as commands write it: `-` before the name takes away. */
export interface ToldEntry {
  readonly mailbox: string;
  readonly who: string;
  readonly letters: string;
}

export interface Explanation {
  readonly who: string;
  readonly method: string;
  readonly path: string;
  /** `hidden`: answered as if nothing were there. `closed`: no rights can help (account, service, address, method). */
  readonly answer: "allowed" | "refused" | "hidden" | "closed";
  /** The rights held on what is asked about, in letters; empty where there is no mailbox. */
  readonly letters: string;
  /** The chain: account and services, entries and groups, each right that is needed, the result. */
  readonly sentences: readonly string[];
  /** Entries each of which alone made the difference. */
  readonly decisive: readonly ToldEntry[];
  /** Entries to set so that it is allowed; no letters = remove it. */
  readonly remedies: readonly ToldEntry[];
}

/** A request to be explained: nothing of it is done. */
export interface Asked {
  /** `name[@domain]`; null = somebody who does not sign in. */
  readonly who: string | null;
  /** PROPFIND is taken for a listing (Depth 1). */
  readonly method: string;
  /** As a client writes it, with its query. */
  readonly path: string;
  /** Of COPY and MOVE. */
  readonly destination?: string | undefined;
}

export interface Directory {
  readonly names: Names;
  readonly domains: ReadonlyMap<string, CountedDomain>;
}

/** Names of all principals and domains a sentence may speak of. */
export async function directoryOf(who: string, db: Database): Promise<Directory> {
  const principals = await db.rows<{ id: number; name: string }>(principalNames());
  const domains = await db.rows<CountedDomain>(allDomains());
  const byId = (rows: readonly { id: number; name: string }[]) => {
    const known = new Map(rows.map((row) => [row.id, row.name]));
    return (id: number) => known.get(id) ?? `(gone: ${id})`;
  };
  const names = { who, principal: byId(principals), domain: byId(domains) };
  return { names, domains: new Map(domains.map((row) => [row.name, row])) };
}

/** An entry's identifier as `rights set` takes it. */
export function identifierOf(subject: Subject, names: Pick<Names, "principal" | "domain">): string {
  if (subject.type === "principal") return names.principal(subject.id);
  return subject.type === "domain" ? `anyone@${names.domain(subject.id)}` : formatSubject(subject);
}

const told = ({ mailbox, grant }: MailboxEntry, names: Names): ToldEntry => ({
  mailbox: mailbox.name,
  who: `${grant.positive ? "" : "-"}${identifierOf(grant.subject, names)}`,
  letters: formatRights(grant.rights),
});

const ANYBODY = "somebody without an account";

/** Why an account cannot ask at all, or cannot be asked about: its own state, its services, those of its domain. */
function closedBy(name: string, row: PrincipalRow, { domains }: Directory): readonly string[] {
  if (!row.enabled) return [`The account ${name} is switched off: "kalends user enable ${name}" switches it on.`];
  const off = firstSwitchOff(WEBCAL, row.services, domains.get(row.domainName)?.services ?? {});
  if (off === "account") {
    return [`The service ${WEBCAL} is off for ${name}: "kalends user services ${name} --on ${WEBCAL}" switches it on.`];
  }
  if (off === "domain") {
    const of = row.domainName;
    return [`The service ${WEBCAL} is off for ${of}: "kalends domain services ${of} --on ${WEBCAL}" switches it on.`];
  }
  return [];
}

/**
 * Explains what the rights say to a request, by the very declarations and the very check that serve it. Throws
 * `DirectoryError` for a name that is none of ours.
 */
export async function explain(asked: Asked, house: House, domain: Exchange["domain"]): Promise<Explanation> {
  const { db } = house.services;
  const found = asked.who === null ? null : await principalNamed(db, asked.who, domain.name);
  const who = found ? `${found.login}@${found.domain}` : ANYBODY;
  const row = found && (await db.one<PrincipalRow>(principalByLogin(found.login, found.domain)));
  const directory = await directoryOf(who, db);
  const base = { who, method: asked.method, path: asked.path, decisive: [], remedies: [] };
  const closed = (sentences: readonly string[]): Explanation => ({ ...base, answer: "closed", letters: "", sentences });
  const shut = row ? closedBy(who, row, directory) : [];
  if (shut.length > 0) return closed(shut);
  const standing = row && { epoch: row.credentialEpoch, isAdmin: row.isAdmin, limit: null };
  const by: Requester | null = found && standing ? { ...found, ...standing } : null;
  const cx = exchangeOf(asked, by, house, domain);
  let reached: readonly Reached[];
  try {
    reached = await reach(cx, house.registry);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return closed([error.refusal.note ?? `The request is refused with ${error.refusal.status}.`]);
  }
  const asker = found && { id: found.id, domain: found.domainId };
  const memberships = await db.rows<Membership>(allMemberships());
  const question = { reached, by: asker, memberships, sides: await judgeAll(reached, asker, memberships, db) };
  return { ...base, ...verdictOn(question, directory.names) };
}

function exchangeOf(
  { method, path, destination }: Asked,
  by: Requester | null,
  house: House,
  domain: Exchange["domain"],
) {
  const [target = "/", ...query] = path.split("?");
  return quietExchange(house, {
    by,
    verb: method,
    path: target,
    query: new URLSearchParams(query.join("?")),
    headers: new Map(destination === undefined ? [] : [["destination", destination]]),
    domain,
  });
}

/** The part of an explanation that the entries decide. */
function verdictOn(
  question: Question,
  names: Names,
): Pick<Explanation, "answer" | "letters" | "sentences" | "decisive" | "remedies"> {
  const { reached, sides } = question;
  const answers = reached.map(({ held, needs }) => answerOf(held, needs));
  const answer = answers.find((each) => each !== "allowed") ?? "allowed";
  const first = sides[0]?.self ?? sides[0]?.parent;
  const ways = answer === "allowed" ? [] : remedies(question, maskOf);
  const result = {
    allowed: `So ${names.who} may do this.`,
    refused: `So ${names.who} may not do this, and is told which right is missing (403).`,
    hidden: `So ${names.who} may not do this, and is told that nothing is there: Lookup is missing.`,
  } as const;
  return {
    answer,
    letters: first ? formatRights(first.verdict.granted) : "",
    sentences: [...reached.flatMap((place, n) => sentencesOn(place, sides[n] ?? NO_SIDES, names)), result[answer]],
    decisive: decisiveEntries(question, answer === "allowed").map((entry) => told(entry, names)),
    remedies: ways.map((entry) => told(entry, names)),
  };
}

const NO_SIDES = Object.freeze({ self: null, parent: null });

function sentencesOn(
  { held, needs }: Reached,
  { self, parent }: { self: Judged | null; parent: Judged | null },
  names: Names,
) {
  const spokenOf = [...new Set(needs.map(({ on }) => (on === "self" && held.self !== null ? self : parent)))];
  const sentences: string[] = [];
  for (const mailbox of spokenOf) {
    if (!mailbox) continue;
    sentences.push(`In ${mailbox.name}:`, ...explainVerdict(mailbox.verdict, names));
    const rights = needs.filter(({ on }) => (on === "self" && held.self !== null ? self : parent) === mailbox);
    sentences.push(...rights.map(({ right }) => explainRight(mailbox.verdict, right, names)));
  }
  if (sentences.length > 0) return sentences;
  const letters = held.self ?? held.parent;
  const needed = RIGHTS.filter(({ right }) => needs.some((need) => need.right === right)).map(({ name }) => name);
  return [
    `No mailbox stands behind this address; ${names.who} holds ${wordsOf(letters) || "no right"} on it.`,
    ...(needed.length > 0 ? [`It takes ${needed.join(", ")}.`] : []),
  ];
}
