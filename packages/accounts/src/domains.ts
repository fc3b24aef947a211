import {
  PEOPLE,
  PEOPLE_POLICIES,
  type PeoplePolicy,
  SHARING,
  SHARING_POLICIES,
  type SharingPolicy,
} from "@kalends/dav-core";
import {
  allDomains,
  type CountedDomain,
  type Database,
  type DomainId,
  deleteDomainAlias,
  insertDomain,
  insertDomainAlias,
  UniqueViolation,
  updateDomainServices,
} from "@kalends/store";
import { domainNamed, findDomain } from "./find.js";
import { checkedDomain, invalid, taken, unknown } from "./names.js";
import { isService, type Service, SERVICES } from "./switches.js";

export type ListedDomain = CountedDomain;

/** Adds a domain and gives its id. Throws `DirectoryError` when the name is taken, as a domain or an alias. */
export async function createDomain(db: Database, name: string): Promise<DomainId> {
  const domain = checkedDomain(name);
  if (await findDomain(db, domain)) throw taken(`The domain "${domain}" exists already.`);
  try {
    const made = await db.one<{ id: DomainId }>(insertDomain(domain));
    return made?.id ?? Promise.reject(new Error("no row came back"));
  } catch (error) {
    if (error instanceof UniqueViolation) throw taken(`The domain "${domain}" exists already.`);
    throw error;
  }
}

/** Makes a domain answer to another name too. Throws `DirectoryError`. */
export async function addDomainAlias(db: Database, domain: string, alias: string): Promise<void> {
  const name = checkedDomain(alias);
  const target = await domainNamed(db, domain);
  const holder = await findDomain(db, name);
  if (holder?.id === target.id) return;
  if (holder) throw taken(`"${name}" already belongs to the domain ${holder.name}.`);
  await db.rows(insertDomainAlias(target.id, name));
}

/** Takes an alias away again. Throws `DirectoryError` when there is none. */
export async function removeDomainAlias(db: Database, alias: string): Promise<void> {
  const gone = await db.one(deleteDomainAlias(checkedDomain(alias)));
  if (!gone) throw unknown(`No domain has the alias "${alias}": "kalends domain list" shows them.`);
}

/** All domains by name, with their aliases and how many accounts they hold. */
export const listDomains = (db: Database): Promise<readonly ListedDomain[]> => db.rows<ListedDomain>(allDomains());

/** Checks names of services and gives what to merge into `services`. Throws `DirectoryError`. */
export function checkedServices(changes: Readonly<Record<string, boolean>>): string {
  for (const name of Object.keys(changes)) {
    if (!isService(name)) throw invalid(`"${name}" is no service: the services are ${SERVICES.join(", ")}.`);
  }
  return JSON.stringify(changes);
}

/** How far the people of a domain find each other. Throws `DirectoryError`. */
export async function peoplePolicy(db: Database, domain: string): Promise<PeoplePolicy> {
  const { services } = await domainNamed(db, domain);
  return PEOPLE_POLICIES.find((policy) => policy === services[PEOPLE]) ?? "all";
}

/** Sets how far the people of a domain find each other; holds from the next request on. Throws `DirectoryError`. */
export async function setPeoplePolicy(db: Database, domain: string, policy: PeoplePolicy): Promise<void> {
  const { id } = await domainNamed(db, domain);
  await db.rows(updateDomainServices(id, JSON.stringify({ [PEOPLE]: policy })));
}

/** With whom the people of a domain may share. Throws `DirectoryError`. */
export async function sharingPolicy(db: Database, domain: string): Promise<SharingPolicy> {
  const { services } = await domainNamed(db, domain);
  return SHARING_POLICIES.find((policy) => policy === services[SHARING]) ?? "all";
}

/** Sets with whom the people of a domain may share; what was given stays until it is taken. Throws `DirectoryError`. */
export async function setSharingPolicy(db: Database, domain: string, policy: SharingPolicy): Promise<void> {
  const { id } = await domainNamed(db, domain);
  await db.rows(updateDomainServices(id, JSON.stringify({ [SHARING]: policy })));
}

/** Switches services of a domain on or off; those not named stay as they are. Throws `DirectoryError`. */
export async function setDomainServices(
  db: Database,
  domain: string,
  changes: Readonly<Partial<Record<Service, boolean>>>,
): Promise<void> {
  const { id } = await domainNamed(db, domain);
  await db.rows(updateDomainServices(id, checkedServices(changes)));
}
