export { isFreeBusyPath, isFreeBusyRead } from "./address.js";
export { freebusy, freebusyWith } from "./extension.js";
export { createFreeBusy, type FreeBusy, type FreeBusyOptions } from "./handle.js";
export { createMisses, type Misses } from "./misses.js";
export { type Access, ACCESSES, type FreeBusyState, freeBusyState, setAccess } from "./person.js";
export { type Caller, READERS, type Readers } from "./read.js";
export { POLICIES, type Policy } from "./words.js";
