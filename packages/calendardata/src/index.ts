export { type ReadFile, type ReadFileArgument, readFile, readFileTask, sentenceOf } from "./file.js";
export { type FileRequest, handle, locate, SignInRequired } from "./handle.js";
export { LEVEL_RIGHTS, levelOf, PUBLIC_LEVELS, publish, setDomainLevel, setLevel } from "./levels.js";
export type { FileMethod } from "./methods.js";
export { isOpenPath, isWholeFilePath, type Realm, realmOf, realms } from "./realms.js";
export { type Stored, storeFile, type StoreOptions } from "./store-file.js";
export { withdraw } from "./withdraw.js";
