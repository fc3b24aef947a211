export { type ReadFile, type ReadFileArgument, readFile, readFileTask, sentenceOf } from "./file.js";
export { handle } from "./handle.js";
export { type FileMethod, methods as fileMethods } from "./methods.js";
export { isWholeFilePath, type Realm, realmOf, realms } from "./realms.js";
export { type Stored, storeFile, type StoreOptions } from "./store-file.js";
