import type { Person } from "./directory.js";

/** Which attribute of an entry says what. */
export interface AttributeMap {
  readonly login: string;
  readonly displayName: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly aliases: readonly string[];
}

export type Attributes = Readonly<Record<string, unknown>>;

/** The values of an attribute, whatever the case its name is written in. */
export function valuesOf(entry: Attributes, name: string): readonly string[] {
  const wanted = name.toLowerCase();
  const found = Object.entries(entry).find(([key]) => key.toLowerCase() === wanted)?.[1];
  const all: readonly unknown[] = Array.isArray(found) ? found : [found];
  return all.map((value) => (Buffer.isBuffer(value) ? value.toString("utf8") : value)).filter(isText);
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

/** `SMTP:ann@mail.example` of Active Directory's proxyAddresses, and plain addresses; other kinds are no names. */
const addressOf = (value: string): readonly string[] => {
  const [, scheme, rest] = /^([a-z0-9]+):(.+)$/i.exec(value) ?? [];
  if (scheme === undefined || rest === undefined) return [value.toLowerCase()];
  return scheme.toLowerCase() === "smtp" ? [rest.toLowerCase()] : [];
};

export const attributesOf = (map: AttributeMap): readonly string[] => [
  ...new Set([map.login, map.displayName, map.firstName, map.lastName, ...map.aliases]),
];

/** Reads a person; undefined for an entry without login. */
export function personOf(entry: Attributes, map: AttributeMap, groups: readonly string[]): Person | undefined {
  const one = (name: string) => valuesOf(entry, name)[0];
  const login = one(map.login)?.toLowerCase();
  if (login === undefined) return undefined;
  return {
    login,
    displayName: one(map.displayName) ?? one("cn") ?? login,
    firstName: one(map.firstName) ?? null,
    lastName: one(map.lastName) ?? null,
    aliases: [...new Set(map.aliases.flatMap((name) => valuesOf(entry, name)).flatMap(addressOf))],
    groups,
  };
}
