import { domainNamed, principalNamed } from "@kalends/accounts";
import {
  ANONYMOUS,
  ANYONE,
  formatRights,
  type Grant,
  grantOf,
  NO_RIGHTS,
  noteRights,
  ofDomain,
  ofPrincipal,
  parseRights,
  type RightsMask,
  type Subject,
  setGrant,
  wordsOf,
} from "@kalends/acl";
import { type CollectionId, type Database, type GrantRow, grantsOf } from "@kalends/store";
import type { House } from "../../compose.js";
import { directoryOf, type Explanation, explain, identifierOf } from "../../explain/explain.js";
import { type AdminCommand, AdminError, type AnyAdminCommand } from "../command.js";
import { commandLine } from "../doer.js";
import { ruledNamed } from "../mailbox.js";

export interface RightsListing {
  readonly who: string;
  readonly letters: string;
  readonly words: string;
}

async function subjectNamed(house: House, text: string): Promise<Subject> {
  if (text === "anyone") return ANYONE;
  if (text === "anonymous") return ANONYMOUS;
  if (text.startsWith("anyone@")) return ofDomain((await domainNamed(house.services.db, text.slice(7))).id);
  return ofPrincipal((await principalNamed(house.services.db, text, house.config.domain)).id);
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
    const collection = await ruledNamed(house, args.mailbox);
    const { names } = await directoryOf("", db);
    const entries = (await grantsOn(db, collection.id)).map((g) => listing(identifierOf(g.subject, names), g));
    return [
      { who: `${collection.owner.login}@${collection.owner.domain}`, letters: "all", words: "owns the mailbox" },
      ...entries,
    ];
  },
};

const set: AdminCommand<{ mailbox: string; who: string; letters: string }, RightsListing> = {
  name: "rights.set",
  async run(args, house) {
    const collection = await ruledNamed(house, args.mailbox);
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

/** `~ann/Team` stands for its file where the method is one for whole files, else for the collection. */
function pathOf(place: string, method: string): string {
  if (!place.startsWith("~")) return place;
  const names = place.split("/").map(encodeURIComponent).join("/").replace(/^%7E/i, "~").replaceAll("%40", "@");
  return `${FILE_METHODS.has(method) ? "/CalendarData/" : "/CalDAV/"}${names}`;
}

const FILE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "DELETE"]);

interface ExplainArgs {
  /** `anonymous` = somebody who does not sign in. */
  readonly who: string;
  readonly place: string;
  readonly method?: string;
  readonly destination?: string;
}

const explainCommand: AdminCommand<ExplainArgs, Explanation> = {
  name: "rights.explain",
  async run({ who, place, destination, method: verb = "PROPFIND" }, house) {
    const method = verb.toUpperCase();
    if (!house.registry.knowsVerb(method)) {
      throw new AdminError(`"${verb}" is no method; there are: ${house.registry.verbs.join(", ")}`);
    }
    const { id, name } = await domainNamed(house.services.db, house.config.domain);
    const asked = { who: who === "anonymous" ? null : who, method, path: pathOf(place, method), destination };
    return explain(asked, house, { id, name });
  },
};

export const rightsCommands: readonly AnyAdminCommand[] = [show, set, explainCommand];
