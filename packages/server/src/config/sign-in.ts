import { z } from "zod";
import { secret } from "./secret.js";

const count = (value: number, about: string) => z.number().int().positive().default(value).describe(about);
const text = (value: string, about: string) => z.string().default(value).describe(about);
const maybe = (about: string) => z.string().min(1).optional().describe(about);

/** A directory that checks passwords: LDAP, Active Directory. */
export const ldap = z.strictObject({
  url: z
    .string()
    .regex(/^ldaps?:\/\/[^/\s]+\/?$/i, "must be ldap://HOST:PORT or ldaps://HOST:PORT")
    .optional()
    .describe("Directory that checks passwords: ldap://HOST:PORT or ldaps://HOST:PORT; none = no directory"),
  startTls: z.boolean().default(true).describe("Encrypt an ldap:// connection before anything is said"),
  caFile: maybe("Certificate of the authority that signed the directory's, PEM; none = those the system trusts"),
  domain: maybe("Domain whose accounts the directory knows; the default domain unless set"),
  bindDn: maybe("Account that searches the directory; none = searches without a name"),
  bindPassword: maybe("Its password").meta(secret),
  base: text("", "Where people are, for example ou=people,dc=mail,dc=example"),
  filter: text("(uid={login})", "Finds a person; {login} is the name that was typed, {address} that with the domain"),
  login: text("uid", "Attribute: name of the account"),
  displayName: text("displayName", "Attribute: name for people; cn where it is empty"),
  firstName: text("givenName", "Attribute: first name"),
  lastName: text("sn", "Attribute: last name"),
  aliases: text("mail", "Attributes, with commas: addresses the account goes by too"),
  groupBase: maybe("Where groups are; none = groups are not taken over"),
  groupFilter: text(
    "(|(member={dn})(uniqueMember={dn})(memberUid={login}))",
    "Finds the groups of a person; {dn} and {login} are the person's",
  ),
  groupName: text("cn", "Attribute: name of a group"),
  timeout: count(5000, "Time the directory may take for one step (milliseconds)"),
  cacheMinutes: count(5, "Minutes a password the directory found good is remembered, also if it is changed there"),
  refreshMinutes: count(60, "Minutes after which an app password asks whether the person is still in the directory"),
});

/** An issuer of tokens: OpenID Connect. */
export const oidc = z.strictObject({
  issuer: z
    .url({ protocol: /^https?$/, error: "must be a URL that begins with http:// or https://" })
    .optional()
    .describe("Issuer of tokens that are accepted (Authorization: Bearer), as the tokens name it; none = no tokens"),
  audience: text("kalends", "Whom tokens must be meant for"),
  jwksUrl: maybe("Where the issuer's keys are; what its discovery document says unless set"),
  algorithms: z
    .string()
    .regex(/^(?:(?:(?:RS|PS|ES)(?:256|384|512)|EdDSA)(?:,(?!$)|$))+$/, "must be out of RS256 … ES512, PS512, EdDSA")
    .default("RS256,PS256,ES256,EdDSA")
    .describe("Signatures that are accepted, with commas"),
  claim: text("email", "Claim that names the account: a name, or one with a domain"),
  domain: maybe("Domain of names without one; the default domain unless set"),
  provision: z.boolean().default(false).describe("Make accounts of that domain at their first sign-in with a token"),
  clockSkew: z.number().int().min(0).max(600).default(60).describe("Seconds the issuer's clock may be off"),
});
