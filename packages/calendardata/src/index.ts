export { type ReadFile, type ReadFileArgument, readFile, readFileTask, sentenceOf } from "./file.js";
export { type FileRequest, handle, locate, type Written } from "./handle.js";
export {
  isPart,
  LEVEL_RIGHTS,
  levelOf,
  PUBLIC_LEVELS,
  publish,
  setDomainLevel,
  setLevel,
  WHOLE_VIEW,
} from "./levels.js";
export { answerFeed } from "./links/feed.js";
export { feedPath, isFeedPath, newSecret, secretHash, secretIn } from "./links/secret.js";
export { countUses } from "./links/uses.js";
export type { FileMethod } from "./file-method.js";
export { distancesTask, mergeTask } from "./merge/items.js";
export { isWholeFilePath, type Realm, realmOf, realms } from "./realms.js";
export { SHOWN_LEVELS, type ShownLevel } from "./shown.js";
export { type Stored, storeFile, type StoreOptions } from "./store-file.js";
export { withdraw } from "./withdraw.js";
