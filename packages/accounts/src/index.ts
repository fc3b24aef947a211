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
export { type AppPassword, createAppPassword, listAppPasswords, revokeAppPassword } from "./app-passwords.js";
export {
  type Authenticator,
  type AuthenticatorOptions,
  createAuthenticator,
  type SignIn,
  type SignInResult,
} from "./authenticate.js";
export {
  addDomainAlias,
  createDomain,
  type ListedDomain,
  listDomains,
  peoplePolicy,
  removeDomainAlias,
  setDomainServices,
  setPeoplePolicy,
} from "./domains.js";
export { accounts } from "./extension.js";
export { type DomainRow, domainNamed, findDomain, type NamedPrincipal, principalNamed } from "./find.js";
export { addMember, type ListedMember, listMembers, removeMember } from "./groups.js";
export { accountName, DirectoryError } from "./names.js";
export { createPasswords, isPasswordHash, type PasswordOptions, type Passwords, PasswordsBusy } from "./passwords.js";
export { generatePassword, type RandomBytes } from "./secrets.js";
export { isOn, isService, SERVICES, type Service, type Switches } from "./switches.js";
export { type Attempt, createThrottle, type Throttle, type ThrottleOptions } from "./throttle.js";
