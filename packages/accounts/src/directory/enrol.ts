import {
  type Database,
  type DirectoryGroup,
  type DomainId,
  ensureGroups,
  findSignIn,
  insertPrincipal,
  type PrincipalId,
  type PrincipalSource,
  replaceAliases,
  replaceDirectoryGroups,
  type SignInRow,
  UniqueViolation,
  updatePerson,
  type WriteTx,
  noteDeed,
  SERVER,
} from "@kalends/store";
import { domainNamed } from "../find.js";
import { checkedLogin, DirectoryError } from "../names.js";
import { provisionHome } from "../provision.js";
import { isOn } from "../switches.js";
import type { Person } from "./directory.js";

export interface Enrolment {
  readonly domain: string;
  readonly person: Person;
  readonly source: Exclude<PrincipalSource, "local">;
  /** Epoch milliseconds. */
  readonly now: number;
}

const LONGEST_NAME = 200;
const shown = (text: string): string =>
  text
    .replace(/[\u0000-\u001f\u007f]+/g, " ")
    .trim()
    .slice(0, LONGEST_NAME);

/** The name where it may be one of ours, in lower case. */
function loginOf(text: string): string | undefined {
  try {
    return checkedLogin(text);
  } catch (error) {
    if (error instanceof DirectoryError) return undefined;
    throw error;
  }
}

/** Names of groups are free text elsewhere: what cannot stand in a name becomes a hyphen. */
function groupOf(name: string): readonly DirectoryGroup[] {
  const login = loginOf(
    name
      .normalize("NFKD")
      .toLowerCase()
      .replace(/[\u0300-\u036f]/g, "")
      .replace(/[^a-z0-9._+-]+/g, "-")
      .replace(/^[-.]+|[-.]+$/g, "")
      .slice(0, 64),
  );
  return login === undefined ? [] : [{ login, displayName: shown(name) }];
}

/** Addresses of this domain, and plain names. */
const aliasOf =
  (domain: string, login: string) =>
  (text: string): readonly string[] => {
    const at = text.lastIndexOf("@");
    if (at >= 0 && text.slice(at + 1) !== domain) return [];
    const alias = loginOf(at < 0 ? text : text.slice(0, at));
    return alias === undefined || alias === login ? [] : [alias];
  };

async function made(tx: WriteTx, domain: DomainId, login: string, person: Person, freeBusy: boolean) {
  const names = { displayName: shown(person.displayName) || login, firstName: null, lastName: null, isAdmin: false };
  const row = await tx.one<{ id: PrincipalId }>(insertPrincipal({ domain, kind: "user", login, ...names }));
  if (!row) throw new Error("no row came back");
  await provisionHome(tx, row.id, domain, freeBusy);
  return row.id;
}

/**
 * Makes the account of a person at his first sign-in, and brings name, aliases and groups up to date at later ones.
 * Undefined where the name belongs to somebody with a password here, to no person, or cannot be a name.
 */
export async function enrol(db: Database, enrolment: Enrolment): Promise<SignInRow | undefined> {
  const { person, source, now } = enrolment;
  const login = loginOf(person.login);
  if (login === undefined) return undefined;
  const domain = await domainNamed(db, enrolment.domain);
  const find = (tx: Pick<WriteTx, "one">) => tx.one<SignInRow>(findSignIn(login, domain.name, null, now));
  const write = () =>
    db.write(async (tx) => {
      const there = await find(tx);
      if (there && (there.kind !== "user" || there.password !== null)) return undefined;
      const id = there?.id ?? (await made(tx, domain.id, login, person, isOn(domain.services, "colleagues-free-busy")));
      const { firstName, lastName } = person;
      const displayName = shown(person.displayName) || login;
      await tx.rows(updatePerson(id, { source, displayName, firstName, lastName, refreshedAt: now }));
      if (source === "directory") await placeAmong(tx, domain, id, login, person);
      if (!there)
        await noteDeed(
          tx,
          { kind: "account.added", about: id, detail: `came from the ${source}` },
          { ...SERVER, at: now },
        );
      return find(tx);
    });
  // Somebody who opens several programs at his first sign-in comes several times at once.
  return write().catch((error: unknown) => (error instanceof UniqueViolation ? write() : Promise.reject(error)));
}

async function placeAmong(
  tx: WriteTx,
  domain: { readonly id: DomainId; readonly name: string },
  id: PrincipalId,
  login: string,
  { aliases, groups }: Person,
): Promise<void> {
  const wanted = groups.flatMap(groupOf);
  await tx.rows(replaceAliases(domain.id, id, aliases.flatMap(aliasOf(domain.name, login))));
  if (wanted.length > 0) await tx.rows(ensureGroups(domain.id, wanted));
  const names = wanted.map((group) => group.login);
  await tx.rows(replaceDirectoryGroups(domain.id, id, names));
}
