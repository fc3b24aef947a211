import { randomBytes } from "node:crypto";
import { feedPath, newSecret, SHOWN_LEVELS, secretHash } from "@kalends/calendardata";
import type { CollectionResource } from "@kalends/dav-core";
import {
  type Database,
  type Doer,
  insertLink,
  type LinkRow,
  linksOf,
  noteDeed,
  type PrincipalId,
  revokeLink,
} from "@kalends/store";
import { z } from "zod";
import type { Config } from "./config/schema.js";

/** Whole days of a window; null = without bound. */
export const days = z.number().int().min(0).max(36_500).nullable().default(null);

/** What a new link shall show, as people ask for it. */
export const linkWish = z.strictObject({
  calendars: z.array(z.string().min(1)).min(1, "must name a calendar").max(50),
  level: z.enum(SHOWN_LEVELS as readonly ["busy", "titles", "full"]).default("full"),
  label: z.string().max(200).default(""),
  components: z
    .array(z.enum(["VEVENT", "VTODO", "VJOURNAL"]))
    .min(1)
    .default(["VEVENT"]),
  alarms: z.boolean().default(false),
  pastDays: days,
  futureDays: days,
  /** A day or a time, as ISO 8601. */
  expires: z
    .string()
    .refine(
      (text) => /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text)),
      "must be a date like 2027-01-31",
    )
    .nullable()
    .default(null),
});

export type LinkWish = z.infer<typeof linkWish>;

/** Scheme and authority of the server as people reach it, where no request tells. */
export const baseOf = ({ publicUrl, listen, tls }: Pick<Config, "publicUrl" | "listen" | "tls">): string =>
  publicUrl?.replace(/\/+$/, "") ?? `http${tls.certificate === undefined ? "" : "s"}://${listen}`;

/** The same address for programs that subscribe by it instead of importing once. */
export const webcalOf = (url: string): string => url.replace(/^http/, "webcal");

/** A link as it is told when it is made: only then is the secret known. */
export interface MadeLink {
  readonly id: number;
  readonly url: string;
  /** The same for programs that subscribe by it. */
  readonly webcal: string;
}

/**
 * Makes a link to mailboxes of one owner, at least one; `base` is scheme and authority of the server as people reach it.
 */
export async function makeLink(
  mailboxes: readonly CollectionResource[],
  { expires, calendars: _named, ...wish }: LinkWish,
  base: string,
  db: Database,
  by: Doer,
): Promise<MadeLink> {
  const [first] = mailboxes;
  if (!first) throw new TypeError("a link shows at least one calendar");
  const owner = first.collection.owner.id;
  const secret = newSecret(randomBytes);
  const expiresAt = expires === null ? null : Date.parse(expires);
  const calendars = [...new Set(mailboxes.map(({ collection }) => collection.id))];
  const row = await db.write(async (tx) => {
    const hash = secretHash(secret);
    const made = await tx.one<{ id: number }>(insertLink({ ...wish, owner, expiresAt, calendars, hash }));
    if (!made) throw new Error("no row came back");
    const shown = mailboxes.map(({ href }) => href).join(" ");
    await noteDeed(
      tx,
      { kind: "link.changed", about: owner, detail: `link ${made.id} to ${shown}: ${wish.level}` },
      by,
    );
    return made;
  });
  const url = base + feedPath(secret);
  return { id: row.id, url, webcal: webcalOf(url) };
}

/** Ends a link, `owner` null = anybody's; false when there is none that is still open. */
export const endLink = (id: number, owner: PrincipalId | null, db: Database, by: Doer): Promise<boolean> =>
  db.write(async (tx) => {
    const ended = await tx.one<{ owner: PrincipalId }>(revokeLink(id, owner));
    if (!ended) return false;
    await noteDeed(tx, { kind: "link.changed", about: ended.owner, detail: `link ${id} ended` }, by);
    return true;
  });

/** A link as its owner sees it later; times as ISO 8601. */
export interface ListedLink extends Pick<
  LinkRow,
  "id" | "label" | "level" | "components" | "alarms" | "pastDays" | "futureDays" | "hits"
> {
  readonly calendars: readonly string[];
  readonly state: "open" | "expired" | "revoked";
  readonly created: string;
  readonly expires: string | null;
  readonly lastUsed: string | null;
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

function stateOf({ revokedAt, expiresAt }: LinkRow, now: number): ListedLink["state"] {
  if (revokedAt !== null) return "revoked";
  return expiresAt !== null && expiresAt <= now ? "expired" : "open";
}

/** All links of an account, the newest first. */
export async function listLinks(owner: PrincipalId, db: Database, now: number): Promise<readonly ListedLink[]> {
  const rows = await db.rows<LinkRow & { readonly names: readonly string[] }>(linksOf(owner));
  return rows.map((row) => {
    const { id, label, level, components, alarms, pastDays, futureDays, hits } = row;
    return {
      ...{ id, label, level, components, alarms, pastDays, futureDays, hits },
      calendars: row.names,
      state: stateOf(row, now),
      created: iso(row.createdAt) ?? "",
      expires: iso(row.expiresAt),
      lastUsed: iso(row.lastUsedAt),
    };
  });
}

/** What is wrong with a wish, in a sentence. */
export const wishFault = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`)).join("; ");
