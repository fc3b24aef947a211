import { type Client, type Entry, InvalidCredentialsError, ResultCodeError, SizeLimitExceededError } from "ldapts";
import { bindAsSearcher, createAskLdap, type LdapServer } from "./ask-ldap.js";
import type { Directory, Person, TypedName } from "./directory.js";
import { filledIn } from "./filter.js";
import { type AttributeMap, attributesOf, personOf, valuesOf } from "./person.js";

export interface LdapOptions extends LdapServer {
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
}

const PAGE = 500;
const NOBODY = "cn=nobody";

/** The one entry that is meant; of several nobody is. */
async function entryOf(client: Client, typed: TypedName, options: LdapOptions): Promise<Entry | undefined> {
  const found = await client
    .search(options.base, {
      scope: "sub",
      filter: filledIn(options.filter, { login: typed.login, address: typed.address }),
      attributes: ["cn", ...attributesOf(options.attributes)],
      sizeLimit: 2,
    })
    .catch((error: unknown) => {
      if (error instanceof SizeLimitExceededError) return { searchEntries: [] };
      throw error;
    });
  return found.searchEntries.length === 1 ? found.searchEntries[0] : undefined;
}

interface Member {
  readonly dn: string;
  readonly login: string;
}

async function groupsOf(client: Client, { dn, login }: Member, options: LdapOptions): Promise<readonly string[]> {
  const { groupBase, groupFilter, groupName } = options;
  if (groupBase === undefined) return [];
  const { searchEntries } = await client.search(groupBase, {
    scope: "sub",
    filter: filledIn(groupFilter, { dn, login }),
    attributes: [groupName],
    paged: { pageSize: PAGE },
  });
  return searchEntries.flatMap((entry) => valuesOf(entry, groupName).slice(0, 1));
}

async function described(client: Client, entry: Entry, options: LdapOptions): Promise<Person | undefined> {
  const bare = personOf(entry, options.attributes, []);
  return bare && { ...bare, groups: await groupsOf(client, { dn: entry.dn, login: bare.login }, options) };
}

/** LDAP and Active Directory: search for the person, then bind as him (RFC 4511 4.2, RFC 4513 5.1.3). */
export function createLdapDirectory(options: LdapOptions): Directory {
  const ask = createAskLdap(options);
  return Object.freeze<Directory>({
    // A bind with a name and no password succeeds for everybody (RFC 4513 5.1.2): it is never sent.
    async verify(name, password) {
      if (password === "") return undefined;
      return ask(async (client) => {
        const entry = await entryOf(client, name, options);
        // Nobody's password is checked as well, so that the time does not tell whether there is such a person.
        const dn = entry?.dn ?? `${NOBODY},${options.base}`;
        if (!(await isPassword(client, dn, password)) || !entry) return undefined;
        await bindAsSearcher(client, options);
        return described(client, entry, options);
      });
    },
    find: (name) =>
      ask(async (client) => {
        const entry = await entryOf(client, name, options);
        return entry && described(client, entry, options);
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
