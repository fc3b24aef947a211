import { type Clark, clark, dav, me } from "@kalends/dav-xml";
import type { ConditionDef } from "./refusal.js";

const plain = (local: string, status: number, spec: string): ConditionDef<void> =>
  Object.freeze({ name: dav(local), status, spec });

const withHrefs = (local: string, status: number, spec: string): ConditionDef<{ readonly hrefs: readonly string[] }> =>
  Object.freeze<ConditionDef<{ readonly hrefs: readonly string[] }>>({
    name: dav(local),
    status,
    spec,
    body: (out, { hrefs }) => {
      for (const href of hrefs) out.leaf(dav("href"), href);
    },
  });

export const CannotModifyProtectedProperty = plain("cannot-modify-protected-property", 403, "RFC 4918 16");
export const PreservedLiveProperties = plain("preserved-live-properties", 409, "RFC 4918 16");
export const PropfindFiniteDepth = plain("propfind-finite-depth", 403, "RFC 4918 16");
export const LockTokenMatchesRequestUri = plain("lock-token-matches-request-uri", 409, "RFC 4918 9.11.1");
export const LockTokenSubmitted = withHrefs("lock-token-submitted", 423, "RFC 4918 16");
export const NoConflictingLock = withHrefs("no-conflicting-lock", 423, "RFC 4918 16");
export const ValidResourcetype = plain("valid-resourcetype", 403, "RFC 5689 3.3");
export const ResourceMustBeNull = plain("resource-must-be-null", 405, "RFC 3253 3.6, RFC 4791 5.3.1");
export const SupportedReport = plain("supported-report", 403, "RFC 3253 3.6");
export const NumberOfMatchesWithinLimits = plain("number-of-matches-within-limits", 507, "RFC 3744 9, RFC 6578 3.6");
export const QuotaNotExceeded = plain("quota-not-exceeded", 507, "RFC 4331 6");
export const SufficientDiskSpace = plain("sufficient-disk-space", 507, "RFC 4331 6");
export const ValidSyncToken = plain("valid-sync-token", 403, "RFC 6578 3.2");
export const SyncTraversalSupported = plain("sync-traversal-supported", 403, "RFC 6578 3.3");
export const PrincipalSearchPropertySet = plain("principal-search-property-set", 403, "RFC 3744 9.5");

// The preconditions of ACL. No privilege is abstract, denying is allowed everywhere, and nobody has to stand in a list, so
// no-abstract, grant-only and missing-required-principal cannot come about.
const ACL = "RFC 3744 8.1.1";
export const NoAceConflict = plain("no-ace-conflict", 409, ACL);
export const NoProtectedAceConflict = plain("no-protected-ace-conflict", 403, ACL);
export const NoInheritedAceConflict = plain("no-inherited-ace-conflict", 403, ACL);
export const LimitedNumberOfAces = plain("limited-number-of-aces", 403, ACL);
export const DenyBeforeGrant = plain("deny-before-grant", 403, ACL);
export const NoInvert = plain("no-invert", 403, ACL);
export const NotSupportedPrivilege = plain("not-supported-privilege", 403, ACL);
export const RecognizedPrincipal = plain("recognized-principal", 403, ACL);
export const AllowedPrincipal = plain("allowed-principal", 403, ACL);

/** The collection has another CTag than the one named in `If`. */
export const CtagOk: ConditionDef<void> = Object.freeze({
  name: me("ctag-ok"),
  status: 412,
  spec: "CalendarServer bulk-change 6",
});

export interface MissingPrivilege {
  readonly href: string;
  readonly privilege: Clark;
}

/** Names each privilege that is missing, and where (RFC 3744 7.1.1). */
export const NeedPrivileges: ConditionDef<readonly MissingPrivilege[]> = {
  name: dav("need-privileges"),
  status: 403,
  spec: "RFC 3744 7.1.1",
  body: (out, missing) => {
    for (const { href, privilege } of missing) {
      out.open(dav("resource"));
      out.leaf(dav("href"), href);
      out.open(dav("privilege"));
      out.leaf(privilege);
      out.close();
      out.close();
    }
  },
};

export interface ServiceOff {
  readonly service: string;
  readonly of: "account" | "domain";
}

/** A service is switched off for an account or its domain; the element says which. Not of any standard: our own name. */
export const ServiceSwitchedOff: ConditionDef<ServiceOff> = {
  name: clark("urn:kalends:ns", "service-switched-off"),
  status: 403,
  spec: "product: service switches",
  body: (out, { service, of }) => out.text(`${service} of the ${of}`),
};
