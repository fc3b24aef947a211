import { domainNamed, noteRights, principalNamed } from "@kalends/accounts";
import {
  ANONYMOUS,
  ANYONE,
  decide,
  explainRight,
  explainVerdict,
  formatRights,
  type Grant,
  grantOf,
  type Membership,
  NO_RIGHTS,
  ofDomain,
  ofPrincipal,
  parseRights,
  type Right,
  type RightsMask,
  type Subject,
  setGrant,
  wordsOf,
} from "@kalends/acl";
import {
  allDomains,
  allMemberships,
  type CollectionId,
  type Database,
  type GrantRow,
  grantsOf,
  principalNames,
} from "@kalends/store";
import type { House } from "../../compose.js";
import { type AdminCommand, AdminError, type AnyAdminCommand } from "../command.js";
import { commandLine } from "../doer.js";
import { mailboxNamed } from "../mailbox.js";

export interface RightsListing {
  readonly who: string;
  readonly letters: string;
  readonly words: string;
}

export interface Explanation {
  readonly letters: string;
  readonly sentences: readonly string[];
}

interface Directory {
  principal(id: number): string;
  domain(id: number): string;
}

/** Names of all principals and domains an explanation may speak of. */
async function directoryOf(db: Database): Promise<Directory> {
  const principals = await db.rows<{ id: number; name: string }>(principalNames());
  const domains = await db.rows<{ id: number; name: string }>(allDomains());
  const byId = (rows: readonly { id: number; name: string }[]) => {
    const names = new Map(rows.map((row) => [row.id, row.name]));
    return (id: number) => names.get(id) ?? `(gone: ${id})`;
  };
  return { principal: byId(principals), domain: byId(domains) };
}

async function subjectNamed(house: House, text: string): Promise<Subject> {
  if (text === "anyone") return ANYONE;
  if (text === "anonymous") return ANONYMOUS;
  if (text.startsWith("anyone@")) return ofDomain((await domainNamed(house.services.db, text.slice(7))).id);
  return ofPrincipal((await principalNamed(house.services.db, text, house.config.domain)).id);
}

function subjectText(subject: Subject, directory: Directory): string {
  if (subject.type === "principal") return directory.principal(subject.id);
  return subject.type === "domain" ? `anyone@${directory.domain(subject.id)}` : subject.type;
}

async function grantsOn(db: Database, mailbox: CollectionId): Promise<readonly Grant[]> {
  const rows = await db.rows<GrantRow>(grantsOf([mailbox]));
  return rows.flatMap((row) => grantOf(row) ?? []);
}

const listing = (who: string, { positive, rights }: Pick<Grant, "positive" | "rights">): RightsListing => ({
  who: `${positive ? "" : "-"}${who}`,
  letters: formatRights(rights),
  words: wordsOf(rights),
});

const show: AdminCommand<{ mailbox: string }, readonly RightsListing[]> = {
  name: "rights.show",
  async run(args, house) {
    const { db } = house.services;
    const { collection } = await mailboxNamed(house, args.mailbox);
    const directory = await directoryOf(db);
    const entries = (await grantsOn(db, collection.id)).map((g) => listing(subjectText(g.subject, directory), g));
    return [
      { who: `${collection.owner.login}@${collection.owner.domain}`, letters: "all", words: "owns the mailbox" },
      ...entries,
    ];
  },
};

const set: AdminCommand<{ mailbox: string; who: string; letters: string }, RightsListing> = {
  name: "rights.set",
  async run(args, house) {
    const { collection } = await mailboxNamed(house, args.mailbox);
    const positive = !args.who.startsWith("-");
    const name = positive ? args.who : args.who.slice(1);
    const rights = args.letters === "" ? NO_RIGHTS : rightsFrom(args.letters);
    const subject = await subjectNamed(house, name);
    const noted = { owner: collection.owner.id, mailbox: args.mailbox, who: `${positive ? "" : "-"}${name}`, rights };
    await house.services.db.write(async (tx) => {
      const changed = await tx.one(setGrant(collection.id, { subject, positive, rights }));
      if (changed) await noteRights(tx, noted, commandLine(house));
    });
    return listing(name, { positive, rights });
  },
};

function rightsFrom(letters: string): RightsMask {
  const parsed = parseRights(letters);
  if (parsed.ok) return parsed.rights;
  throw new AdminError(`"${letters}" cannot be set: ${parsed.reason}`);
}

/** The rights a method takes, for the explanation of one. */
const methodRights: Readonly<Record<string, readonly Right[]>> = {
  GET: ["r"],
  HEAD: ["r"],
  PROPFIND: ["r"],
  REPORT: ["r"],
  PUT: ["i"],
  POST: ["i"],
  DELETE: ["d"],
  PROPPATCH: ["w"],
  MKCALENDAR: ["c"],
  MKCOL: ["c"],
  ACL: ["a"],
};

const explain: AdminCommand<{ who: string; mailbox: string; method?: string }, Explanation> = {
  name: "rights.explain",
  async run(args, house) {
    const { db } = house.services;
    const { collection } = await mailboxNamed(house, args.mailbox);
    const who = await principalNamed(db, args.who, house.config.domain);
    const memberships = await db.rows<Membership>(allMemberships());
    const asker = { id: who.id, domain: who.domainId };
    const verdict = decide(collection.owner.id, asker, memberships, await grantsOn(db, collection.id));
    const names = { who: `${who.login}@${who.domain}`, ...(await directoryOf(db)) };
    const method = args.method?.toUpperCase();
    if (method !== undefined && methodRights[method] === undefined) {
      throw new AdminError(`"${args.method}" is no method; there are: ${Object.keys(methodRights).join(", ")}`);
    }
    const forMethod = (methodRights[method ?? ""] ?? []).map((right) => explainRight(verdict, right, names));
    return { letters: formatRights(verdict.granted), sentences: [...explainVerdict(verdict, names), ...forMethod] };
  },
};

export const rightsCommands: readonly AnyAdminCommand[] = [show, set, explain];
