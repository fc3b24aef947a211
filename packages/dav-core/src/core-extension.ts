import { dav } from "@kalends/dav-xml";
import { defineExtension, type KindDef } from "./extension.js";
import { acl } from "./methods/acl.js";
import { collectionCopy } from "./methods/collection-copy.js";
import { collectionMove } from "./methods/collection-move.js";
import { collectionDelete } from "./methods/delete.js";
import { get } from "./methods/get.js";
import { lockMethods } from "./methods/lock.js";
import { makingMethods } from "./methods/mkcol.js";
import { optionsMethods } from "./methods/options.js";
import { post } from "./methods/post.js";
import { propfind } from "./methods/propfind.js";
import { proppatch } from "./methods/proppatch.js";
import { report } from "./methods/report.js";
import { unlockMethods } from "./methods/unlock.js";
import { accessProperties } from "./properties/access.js";
import { identityProperties } from "./properties/identity.js";
import { liveProperties } from "./properties/live.js";
import { lockProperties } from "./properties/locks.js";
import { quotaProperties } from "./properties/quota.js";
import { syncProperties } from "./properties/sync.js";
import { aclPrincipalPropSet } from "./reports/acl-principal-prop-set.js";
import { calendarserverPrincipalSearch } from "./reports/calendarserver-principal-search.js";
import { expandProperty } from "./reports/expand-property.js";
import { principalMatch } from "./reports/principal-match.js";
import { principalPropertySearch } from "./reports/principal-property-search.js";
import { principalSearchPropertySet } from "./reports/principal-search-property-set.js";
import { syncCollection } from "./reports/sync-collection.js";

const COLLECTION = dav("collection");
const PRINCIPAL = dav("principal");

const kinds: readonly KindDef[] = [
  { kind: "root", rows: "virtual", spec: "RFC 4918 5.2", types: [COLLECTION] },
  { kind: "principals", rows: "virtual", spec: "RFC 3744 5.8", types: [COLLECTION] },
  { kind: "principal", rows: "principal", spec: "RFC 3744 2", types: [COLLECTION, PRINCIPAL] },
  { kind: "home", rows: "collection", spec: "RFC 4791 6.2.1", types: [COLLECTION] },
  { kind: "collection", rows: "collection", spec: "RFC 4918 5.2", types: [COLLECTION], creatable: { type: null } },
];

/** What WebDAV itself brings: the kinds everything hangs on, their properties, the reports every client relies on. */
export const coreExtension = defineExtension({
  name: "dav-core",
  features: [
    "1",
    "2",
    "3",
    "access-control",
    "extended-mkcol",
    "calendarserver-principal-property-search",
    "calendarserver-principal-search",
    "calendarserver-home-sync",
  ],
  kinds,
  properties: [
    ...liveProperties,
    ...identityProperties,
    ...accessProperties,
    ...syncProperties,
    ...quotaProperties,
    ...lockProperties(["collection"]),
  ],
  reports: [
    expandProperty,
    syncCollection,
    aclPrincipalPropSet,
    principalMatch,
    principalPropertySearch,
    principalSearchPropertySet,
    calendarserverPrincipalSearch,
  ],
  methods: [
    ...optionsMethods,
    get,
    post,
    ...makingMethods,
    collectionDelete(["collection"]),
    collectionMove(["collection"]),
    collectionCopy({ on: ["collection"] }),
    ...lockMethods(["collection"], []),
    ...unlockMethods(["collection"], []),
    propfind,
    proppatch,
    acl,
    report,
  ],
});
