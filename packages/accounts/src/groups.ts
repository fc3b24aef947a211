import {
  type Database,
  deleteMember,
  insertMember,
  membersOf,
  type PrincipalId,
  type PrincipalRow,
  type Doer,
  noteDeed,
  SERVER,
} from "@kalends/store";
import { principalNamed } from "./find.js";
import { invalid } from "./names.js";

export interface ListedMember {
  readonly login: string;
  readonly domain: string;
  readonly kind: string;
}

async function groupAndMember(db: Database, group: string, member: string, fallback: string) {
  const into = await principalNamed(db, group, fallback);
  if (into.kind !== "group")
    throw invalid(`"${into.login}@${into.domain}" is not a group: make one with "kalends group add".`);
  const who = await principalNamed(db, member, fallback);
  return { into: into.id, who: who.id };
}

/**
 * Adds an account or group to a group; being in it already is fine. Names without domain belong to `fallback`.
 * Throws `DirectoryError`.
 */
export async function addMember(
  db: Database,
  group: string,
  member: string,
  fallback: string,
  by: Doer = SERVER,
): Promise<void> {
  const { into, who } = await groupAndMember(db, group, member, fallback);
  if (into === who) throw invalid(`"${group}" cannot be a member of itself.`);
  await db.write(async (tx) => {
    await tx.rows(insertMember(into, who));
    await noteDeed(tx, { kind: "group.members", about: into, detail: `added: ${member}` }, by);
  });
}

/** Takes an account or group out of a group; not being in it is fine. Throws `DirectoryError`. */
export async function removeMember(
  db: Database,
  group: string,
  member: string,
  fallback: string,
  by: Doer = SERVER,
): Promise<void> {
  const { into, who } = await groupAndMember(db, group, member, fallback);
  await db.write(async (tx) => {
    await tx.rows(deleteMember(into, who));
    await noteDeed(tx, { kind: "group.members", about: into, detail: `removed: ${member}` }, by);
  });
}

/** The direct members of a group by name. */
export async function listMembers(db: Database, group: PrincipalId): Promise<readonly ListedMember[]> {
  const members = await db.rows<PrincipalRow>(membersOf(group));
  return members.map(({ login, domainName, kind }) => ({ login, domain: domainName, kind }));
}
