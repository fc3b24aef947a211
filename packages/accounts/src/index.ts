export {
  addAccountAlias,
  createAccount,
  deletePrincipal,
  type ListedAccount,
  listAccounts,
  type NewPrincipal,
  removeAccountAlias,
  setAccountServices,
  setAdmin,
  setEnabled,
  setPassword,
} from "./accounts.js";
export {
  type AppPassword,
  createAppPassword,
  listAppPasswords,
  type NewAppPassword,
  revokeAppPassword,
} from "./app-passwords.js";
export { type AuditEntry, readAudit } from "./audit.js";
export {
  type Authenticator,
  type AuthenticatorOptions,
  createAuthenticator,
  type SignInOutcome,
} from "./authenticate.js";
export { type Directory, type DirectorySignIn, DirectoryUnavailable, type Person } from "./directory/directory.js";
export { createLdapDirectory, type LdapOptions } from "./directory/ldap.js";
export { createDirectorySignIn } from "./directory/sign-in.js";
export {
  addDomainAlias,
  createDomain,
  type ListedDomain,
  listDomains,
  peoplePolicy,
  sharingPolicy,
  setSharingPolicy,
  removeDomainAlias,
  setDomainServices,
  setPeoplePolicy,
} from "./domains.js";
export { accounts } from "./extension.js";
export { type DomainRow, domainNamed, findDomain, type NamedPrincipal, principalNamed } from "./find.js";
export { addMember, type ListedMember, listMembers, removeMember } from "./groups.js";
export { accountName, DirectoryError } from "./names.js";
export { addressBlock, checkedNetwork, isWithin } from "./networks.js";
export { createPasswords, isPasswordHash, type PasswordOptions, type Passwords, PasswordsBusy } from "./passwords.js";
export { generatePassword, type RandomBytes } from "./secrets.js";
export { firstSwitchOff, isOn, isService, SERVICES, type Service, type Switches } from "./switches.js";
export type { KnownSignIn } from "./sign-in-memory.js";
export type { SignIn, SignInFailure, SignInResult } from "./sign-in-result.js";
export { type Attempt, createThrottle, type Throttle, type ThrottleOptions, unlockAccount } from "./throttle.js";
export type { TokenSignIn } from "./tokens/check-bearer.js";
export { createTokenIssuer, type TokenIssuer, type TokenIssuerOptions } from "./tokens/issuer.js";
