// Runtime: paths, registry, resolve, pipeline, headers, methods, reply.
export * from "./conditions.js";
// Reading: planner, listings, responses, property writes, sync points.
export { coreExtension as core } from "./core-extension.js";
export * from "./exchange.js";
export * from "./extension.js";
export { type Depth, type DepthValue, parseDepth } from "./headers/depth.js";
export { localPath, parseDestination, parseOverwrite, unmounted } from "./headers/destination.js";
export { type CurrentState, evaluate, isConditional, type Outcome, parseTag, parseTagList } from "./headers/etag.js";
export { evaluateIf, type IfState, parseIf, submittedTokens } from "./headers/if.js";
export { parseTimeout } from "./headers/timeout.js";
export { type Preferences, parsePreferences, preferenceHeaders, wantsMinimal } from "./headers/prefer.js";
export { parseRange, rangeApplies } from "./headers/range.js";
export { collectionHref, memberHref, pathHref } from "./hrefs.js";
export { aclMethod } from "./methods/acl.js";
export { type CollectionCopyDef, collectionCopy } from "./methods/collection-copy.js";
export { collectionMove } from "./methods/collection-move.js";
export { collectionDelete, refuseChanged, removeOwn } from "./methods/delete.js";
export { bodyReply, readMember } from "./methods/get.js";
export { lockMethods, type MakeLocked } from "./methods/lock.js";
export { type LockWish, lockWish } from "./methods/lock-request.js";
export { failed as creationFailed } from "./methods/mkcol.js";
export { MAKING_VERBS, requestedProperties, requestedType } from "./methods/mkcol-request.js";
export { entitlements, everybody, sightOf } from "./privacy/sight.js";
export { visibleObject } from "./privacy/visible.js";
export { unlockMethods } from "./methods/unlock.js";
export { homeFor, refuseTaken, settleCollection } from "./methods/new-collection.js";
export { indexPage } from "./methods/index-page.js";
export { isXml, mediaType, refuseBody, refusePart } from "./methods/request-body.js";
export { multistatus, multistatusBody, writeError, writeItem } from "./multistatus.js";
export * from "./offload.js";
export { type AccountName, type Address, type Candidate, parsePath } from "./paths/address.js";
export { createLinks } from "./paths/links.js";
export { decodePath, encodePath, encodeSegment, parentHref } from "./paths/segments.js";
export { JudgedTooEarly } from "./pipeline/judged-too-early.js";
export { checkLocks, partsWritten, lockRefusal, tokensOf, WHOLE } from "./locks/check-locks.js";
export { covering, pathIn, placeOfTarget } from "./locks/covering.js";
export { checkReplaced } from "./pipeline/destination.js";
export { type FaultPlace, refusalFrom, refusalReply } from "./pipeline/faults.js";
export { handle } from "./pipeline/pipeline.js";
export { ctagHeaders } from "./pipeline/ctag-headers.js";
export { checkPreconditions, type Expectation, expectation, refuseMoved } from "./pipeline/preconditions.js";
export { stateHeaders } from "./pipeline/state-headers.js";
export { applyGathered, deadBeyondLimit } from "./properties/apply.js";
export { membersByName, readMembersByName } from "./properties/by-name.js";
export { areaOf, FILE, FILE_AREA, FOLDER, type FileResource } from "./properties/files.js";
export { type Gathered, type Ground, gather, keptJson, removedNames } from "./properties/gather.js";
export { decodeInstructions, type Instruction } from "./properties/instructions.js";
export { readAnswers, readItems, streamItems } from "./properties/items.js";
export {
  type CollectionResource,
  childOf,
  listChildren,
  listHome,
  listMembers,
  listPrincipals,
  type MemberResource,
  type MemberSelection,
  memberOf,
} from "./properties/listing.js";
export { addMember } from "./properties/live.js";
export { columnsOf, type KindPlan, type Plan, type PlanOptions, plan } from "./properties/plan.js";
export { rightsOver } from "./properties/propstat.js";
export { lockProperties, type ShownLock, writeLocks } from "./properties/locks.js";
export { decodePropfind, decodeReportProps, findPropRequest, type PropRequest } from "./properties/request.js";
export { loadDead } from "./properties/dead.js";
export { storedElement, storedText } from "./properties/stored.js";
export * from "./property.js";
export * from "./refusal.js";
export { assemble } from "./registry/assemble.js";
export { RegistryFault } from "./registry/checks.js";
export { type SentReply, sendReply } from "./reply.js";
export { resolveHrefs } from "./resolve/by-href.js";
export { principalsNamed } from "./resolve/principals-named.js";
export { mailboxesById } from "./resolve/mailboxes-by-id.js";
export { ownMailbox, ownMailboxes } from "./resolve/own-mailbox.js";
export { StaleSignIn, WEBCAL } from "./resolve/account.js";
export { resolve } from "./resolve/resolve.js";
export type { Resolved } from "./resolve/resolved.js";
export * from "./resource.js";
export { bodyOctets, bodyOf } from "./rows/member-row.js";
export { formatSyncToken, parseSyncToken, type SyncPoint } from "./sync-token.js";
export { SHARING, SHARING_POLICIES, type SharingPolicy, sharingRefusal } from "./sharing.js";
export { findable, PEOPLE, PEOPLE_POLICIES, type PeoplePolicy } from "./people.js";
