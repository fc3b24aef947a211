import type { ConnectionOptions } from "node:tls";
import { Client, type Entry, InvalidCredentialsError, ResultCodeError, SizeLimitExceededError } from "ldapts";
import { createLane } from "../lane.js";
import { type Directory, DirectoryUnavailable, type Person, type TypedName } from "./directory.js";
import { filledIn } from "./filter.js";
import { type AttributeMap, attributesOf, personOf, valuesOf } from "./person.js";

export interface LdapOptions {
  /** `ldap://HOST:PORT` or `ldaps://HOST:PORT`. */
  readonly url: string;
  /** Turns a plain connection into an encrypted one before anything is said. */
  readonly startTls: boolean;
  /** The certificate of a private authority, as PEM text. */
  readonly ca?: string;
  /** The account that searches; none = without a name. */
  readonly bindDn?: string;
  readonly bindPassword?: string;
  /** Where people are. */
  readonly base: string;
  /** `{login}` and `{address}` stand for what was typed. */
  readonly filter: string;
  readonly attributes: AttributeMap;
  /** Where groups are; none = they are not looked at. */
  readonly groupBase?: string;
  /** `{dn}` and `{login}` stand for the person's. */
  readonly groupFilter: string;
  readonly groupName: string;
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly onTrouble?: (error: Error) => void;
}

const RETRY_SECONDS = 30;
/** After trouble the directory is left alone for so long. */
const REST_MS = 5_000;
const CONNECTIONS = 8;
const WAITING = 64;
const PAGE = 500;
const NOBODY = "cn=nobody";

const unavailable = (error: Error): DirectoryUnavailable =>
  new DirectoryUnavailable(`the directory cannot be asked: ${error.message}`, RETRY_SECONDS, { cause: error });

/** LDAP and Active Directory: search for the person, then bind as him (RFC 4511 4.2, RFC 4513 5.1.3). */
export function createLdapDirectory(options: LdapOptions): Directory {
  const { url, base, attributes, timeoutMs, clock } = options;
  const tls: ConnectionOptions = options.ca === undefined ? {} : { ca: options.ca };
  const lane = createLane(CONNECTIONS, WAITING, () => unavailable(new Error("too many sign-ins wait for it")));
  let restsUntil = 0;

  const bindAsSearcher = (client: Client): Promise<void> =>
    client.bind(options.bindDn ?? "", options.bindPassword ?? "");

  async function connected<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const secure = url.startsWith("ldaps:");
    const client = new Client({
      url,
      timeout: timeoutMs,
      connectTimeout: timeoutMs,
      ...(secure ? { tlsOptions: tls } : {}),
    });
    try {
      if (!secure && options.startTls) await client.startTLS(tls);
      await bindAsSearcher(client);
      return await work(client);
    } finally {
      await client.unbind().catch(() => undefined);
    }
  }

  /** Whatever goes wrong is the directory's trouble; a wrong password is no trouble. */
  async function ask<T>(work: (client: Client) => Promise<T>): Promise<T> {
    if (clock() < restsUntil) throw unavailable(new Error("it did not answer a moment ago"));
    try {
      return await lane(() => connected(work));
    } catch (error) {
      if (error instanceof DirectoryUnavailable) throw error;
      restsUntil = clock() + REST_MS;
      const cause = error instanceof Error ? error : new Error(String(error));
      options.onTrouble?.(cause);
      throw unavailable(cause);
    }
  }

  /** The one entry that is meant; of several nobody is. */
  async function entryOf(client: Client, { login, address }: TypedName): Promise<Entry | undefined> {
    const found = await client
      .search(base, {
        scope: "sub",
        filter: filledIn(options.filter, { login, address }),
        attributes: ["cn", ...attributesOf(attributes)],
        sizeLimit: 2,
      })
      .catch((error: unknown) => {
        if (error instanceof SizeLimitExceededError) return { searchEntries: [] };
        throw error;
      });
    return found.searchEntries.length === 1 ? found.searchEntries[0] : undefined;
  }

  async function groupsOf(client: Client, dn: string, login: string): Promise<readonly string[]> {
    if (options.groupBase === undefined) return [];
    const { searchEntries } = await client.search(options.groupBase, {
      scope: "sub",
      filter: filledIn(options.groupFilter, { dn, login }),
      attributes: [options.groupName],
      paged: { pageSize: PAGE },
    });
    return searchEntries.flatMap((entry) => valuesOf(entry, options.groupName).slice(0, 1));
  }

  async function described(client: Client, entry: Entry): Promise<Person | undefined> {
    const bare = personOf(entry, attributes, []);
    return bare && { ...bare, groups: await groupsOf(client, entry.dn, bare.login) };
  }

  return Object.freeze<Directory>({
    // A bind with a name and no password succeeds for everybody (RFC 4513 5.1.2): it is never sent.
    async verify(name, password) {
      if (password === "") return undefined;
      return ask(async (client) => {
        const entry = await entryOf(client, name);
        // Nobody's password is checked as well, so that the time does not tell whether there is such a person.
        if (!(await isPassword(client, entry?.dn ?? `${NOBODY},${base}`, password)) || !entry) return undefined;
        await bindAsSearcher(client);
        return described(client, entry);
      });
    },
    find: (name) =>
      ask(async (client) => {
        const entry = await entryOf(client, name);
        return entry && described(client, entry);
      }),
  });
}

/** What servers say of names and passwords they do not accept (RFC 4511 appendix A). */
const REFUSALS: ReadonlySet<number> = new Set([
  19, // constraintViolation: too many wrong ones
  32, // noSuchObject
  34, // invalidDNSyntax
  48, // inappropriateAuthentication: it has no password
  50, // insufficientAccessRights
  53, // unwillingToPerform: it is locked
]);

async function isPassword(client: Client, dn: string, password: string): Promise<boolean> {
  try {
    await client.bind(dn, password);
    return true;
  } catch (error) {
    if (error instanceof InvalidCredentialsError) return false;
    if (error instanceof ResultCodeError && REFUSALS.has(error.code)) return false;
    throw error;
  }
}
