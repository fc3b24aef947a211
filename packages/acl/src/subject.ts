import type { DomainId, PrincipalId } from "@kalends/store";

/**
 * Whom a grant is for. `anyone` is every account of the server, `anonymous` a request without credentials, `public` both:
 * its entries follow the publishing level of the owner and are not set one by one.
 */
export type Subject =
  | { readonly type: "principal"; readonly id: PrincipalId }
  | { readonly type: "domain"; readonly id: DomainId }
  | { readonly type: "anyone" }
  | { readonly type: "anonymous" }
  | { readonly type: "public" };

export const ofPrincipal = (id: PrincipalId): Subject => ({ type: "principal", id });
export const ofDomain = (id: DomainId): Subject => ({ type: "domain", id });
export const ANYONE: Subject = Object.freeze({ type: "anyone" });
export const ANONYMOUS: Subject = Object.freeze({ type: "anonymous" });
export const PUBLIC: Subject = Object.freeze({ type: "public" });

/** The text in `grant_entry.subject`: `p:<id>`, `d:<id>`, `anyone`, `anonymous`, `public`. */
export function formatSubject(subject: Subject): string {
  switch (subject.type) {
    case "principal":
      return `p:${subject.id}`;
    case "domain":
      return `d:${subject.id}`;
    case "anyone":
    case "anonymous":
    case "public":
      return subject.type;
  }
}

/** Reads the stored text; undefined for anything else. */
export function parseSubject(text: string): Subject | undefined {
  if (text === "anyone") return ANYONE;
  if (text === "anonymous") return ANONYMOUS;
  if (text === "public") return PUBLIC;
  const [, kind, digits] = /^([pd]):(\d{1,15})$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return kind === "p" ? ofPrincipal(Number(digits) as PrincipalId) : ofDomain(Number(digits) as DomainId);
}

/** An entry as people write it: names instead of ids. Accounts and groups share one space of names. */
export type Identifier = { readonly positive: boolean } & (
  | { readonly type: "account"; readonly login: string; readonly domain: string | null }
  | { readonly type: "domain"; readonly domain: string }
  | { readonly type: "anyone" }
  | { readonly type: "anonymous" }
);

/**
 * Reads `bob`, `bob@domain`, `team`, `anyone`, `anyone@domain`, `anonymous`; a `-` in front makes the entry take rights
 * away (RFC 4314 2). Undefined when nothing is named. Names are folded to lower case.
 */
export function parseIdentifier(text: string): Identifier | undefined {
  const folded = text.trim().toLowerCase();
  const positive = !folded.startsWith("-");
  const name = positive ? folded : folded.slice(1);
  if (name === "anyone" || name === "anonymous") return { type: name, positive };
  const at = name.lastIndexOf("@");
  const login = at < 0 ? name : name.slice(0, at);
  const domain = at < 0 ? null : name.slice(at + 1);
  if (login === "" || domain === "") return undefined;
  if (login === "anyone" && domain !== null) return { type: "domain", domain, positive };
  return { type: "account", login, domain, positive };
}

/** Prints an identifier; `parseIdentifier` reads it back. */
export function formatIdentifier(identifier: Identifier): string {
  const sign = identifier.positive ? "" : "-";
  switch (identifier.type) {
    case "account":
      return sign + (identifier.domain === null ? identifier.login : `${identifier.login}@${identifier.domain}`);
    case "domain":
      return `${sign}anyone@${identifier.domain}`;
    case "anyone":
    case "anonymous":
      return sign + identifier.type;
  }
}
