export { type Appended, type AppendOptions, appendObjects } from "./append.js";
export { type ReadFile, type ReadFileArgument, readFile, readFileTask, sentenceOf } from "./file.js";
export { handle } from "./handle.js";
export { isWholeFilePath, type Realm, realms } from "./realms.js";
