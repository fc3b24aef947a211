export { type ReadFile, type ReadFileArgument, readFile, readFileTask, sentenceOf } from "./file.js";
export { type FileRequest, handle, locate } from "./handle.js";
export type { FileMethod } from "./file-method.js";
export { isWholeFilePath, type Realm, realmOf, realms } from "./realms.js";
export { type Stored, storeFile, type StoreOptions } from "./store-file.js";
