import { principalNamed } from "@kalends/accounts";
import { formatRights, type Grant, grantOf, parseMailboxName } from "@kalends/acl";
import { type CollectionResource, ownMailboxes, refuseTaken, settleCollection, storedText } from "@kalends/dav-core";
import { ical, xmlElement, xmlToString } from "@kalends/dav-xml";
import {
  changeDeadProperties,
  type CollectionId,
  createCollection,
  type GrantRow,
  grantsOf,
  type PrincipalRow,
  principalByLogin,
  sql,
} from "@kalends/store";
import type { House } from "../../compose.js";
import { directoryOf, identifierOf } from "../../explain/explain.js";
import { type AdminCommand, AdminError, type AnyAdminCommand } from "../command.js";

/** A calendar without its objects, as a folder of files describes it. */
export interface CalendarDescription {
  /** What stands after the account in its address; may hold slashes. */
  readonly name: string;
  /** VEVENT, VTODO, VJOURNAL; none = whatever comes. */
  readonly components: readonly string[];
  readonly displayName: string | null;
  readonly description: string | null;
  /** `#rrggbb`, with or without opacity. */
  readonly color: string | null;
  /** A VTIMEZONE in a calendar of its own (RFC 4791 5.2.2). */
  readonly timezone: string | null;
  /** Other properties that the server knows, by Clark name: the XML element. */
  readonly properties: Readonly<Record<string, string>>;
  /** Properties it does not know, likewise. */
  readonly unknownProperties: Readonly<Record<string, string>>;
  /** Entries of the access list: who, and letters (RFC 4314). */
  readonly rights: readonly { readonly who: string; readonly letters: string }[];
}

export interface AccountDescription {
  readonly account: { readonly name: string; readonly displayName: string };
  readonly calendars: readonly CalendarDescription[];
}

const COLOR = ical("calendar-color");

/** `~ann` or `~ann@other.example`. */
async function ownerNamed(house: House, text: string): Promise<PrincipalRow> {
  if (!/^~[^/]+$/.test(text)) throw new AdminError(`"${text}" does not name an account: write it like ~ann`);
  const { db } = house.services;
  const { login, domain } = await principalNamed(db, text.slice(1), house.config.domain);
  const row = await db.one<PrincipalRow>(principalByLogin(login, domain));
  if (!row?.home) throw new AdminError(`${login}@${domain} has no mailboxes`);
  return row;
}

async function described(house: House, { collection }: CollectionResource): Promise<CalendarDescription> {
  const { db } = house.services;
  const grants = (await db.rows<GrantRow>(grantsOf([collection.id]))).flatMap((row): readonly Grant[] => {
    const grant = grantOf(row);
    return grant ? [grant] : [];
  });
  const { names } = await directoryOf("", db);
  const dead = await db.rows<{ property: string; xml: string }>(
    sql`select property, xml from dead_property where collection_id = ${collection.id} and name = '' order by property`,
  );
  const { [COLOR]: _, ...properties } = { ...collection.props, ...collection.binding?.overlay };
  return {
    name: collection.binding?.slug ?? "",
    components: collection.components,
    displayName: collection.displayName,
    description: collection.description,
    color: storedText(collection, COLOR)?.trim() ?? null,
    timezone: collection.timezone,
    properties,
    unknownProperties: Object.fromEntries(dead.map(({ property, xml }) => [property, xml])),
    rights: grants.map(({ subject, positive, rights }) => ({
      who: `${positive ? "" : "-"}${identifierOf(subject, names)}`,
      letters: formatRights(rights),
    })),
  };
}

const describe: AdminCommand<{ account: string }, AccountDescription> = {
  name: "account.describe",
  async run({ account }, house) {
    const owner = await ownerNamed(house, account);
    const mailboxes = await ownMailboxes(owner.id, ["calendar"], house.services.db);
    const calendars: CalendarDescription[] = [];
    for (const mailbox of mailboxes) calendars.push(await described(house, mailbox));
    return { account: { name: `${owner.login}@${owner.domainName}`, displayName: owner.displayName }, calendars };
  },
};

export interface EnsuredCalendar {
  /** Its name with the account, for commands that take a mailbox. */
  readonly mailbox: string;
  /** False when it was there: then it is left as it is. */
  readonly made: boolean;
}

/** Makes a calendar as described unless the account has one of that name, upper and lower case alike. */
const ensure: AdminCommand<{ account: string; calendar: CalendarDescription }, EnsuredCalendar> = {
  name: "calendar.ensure",
  async run({ account, calendar }, house) {
    const owner = await ownerNamed(house, account);
    const there = await house.services.db.one<{ slug: string }>(
      sql`select slug from binding where home_id = ${owner.home} and lower(slug) = lower(${calendar.name}) and how = 'own'
        and collection_id in (select id from collection where kind = 'calendar')`,
    );
    const mailbox = `${account}/${there?.slug ?? calendar.name}`;
    if (there) return { mailbox, made: false };
    await make(house, owner, calendar).catch(refuseTaken);
    return { mailbox, made: true };
  },
};

function propsOf({ properties, color }: CalendarDescription): string {
  const colored = color === null ? {} : { [COLOR]: xmlToString(xmlElement(COLOR, new Map(), [color])) };
  return JSON.stringify({ ...properties, ...colored });
}

async function make({ services, registry }: House, owner: PrincipalRow, calendar: CalendarDescription): Promise<void> {
  const { home } = owner;
  const parsed = parseMailboxName(`~${owner.login}/${calendar.name}`);
  const reserved = registry.reservedSlugs.has(calendar.name.toLowerCase());
  if (home === null || reserved || calendar.name.startsWith("~") || !parsed.ok || parsed.name.path.length === 0) {
    throw new AdminError(`a calendar cannot be called "${calendar.name}"`);
  }
  const { displayName, description, timezone, components } = calendar;
  await services.db.write(async (tx) => {
    const texts = { displayName: displayName ?? calendar.name, description, timezone, components };
    const made = await tx.one<{ id: CollectionId }>(
      createCollection({
        home,
        slug: calendar.name,
        kind: "calendar",
        owner: owner.id,
        ...texts,
        props: propsOf(calendar),
      }),
    );
    if (!made) throw new AdminError("the account is gone");
    await settleCollection(tx, made, home, services.limits.calendarsPerHome);
    const unknown = Object.entries(calendar.unknownProperties).map(([property, xml]) => ({ property, xml }));
    if (unknown.length > 0) await tx.rows(changeDeadProperties(made.id, "", unknown, []));
  });
}

export const accountCommands: readonly AnyAdminCommand[] = [describe, ensure];
