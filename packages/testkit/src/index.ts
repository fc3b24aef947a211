export {
  type BruteCalendar,
  type BruteInstance,
  type BruteOverride,
  type BruteRule,
  bruteExpand,
  bruteOffset,
  bruteRule,
  bruteToUtc,
} from "./brute-force.js";
export { multigetBody, propfindBody, proppatchBody, queryBody, syncBody, type TimeRange } from "./client/bodies.js";
export { type DavClient, multistatusOf, openClient, type SyncOptions } from "./client/client.js";
export type { Connection, Credentials, DavRequest, DavResponse } from "./client/connection.js";
export { type DataWay, type FtpAnswer, type FtpClient, openFtp, portIn } from "./client/ftp.js";
export { type Multistatus, readMultistatus, type ToldProperty, type ToldResource } from "./client/multistatus.js";
export { eachDatabase } from "./databases.js";
export { arbitraryEvent, type ModelledEvent } from "./generators/arbitraries.js";
export { bigCalendar, type GeneratedObject, generateObject, objectText } from "./generators/calendar.js";
export { type Random, seededRandom } from "./generators/random.js";
export { calendarText, contentLines, type EventOptions, eventText, taskText } from "./generators/text.js";
export { copyAccount } from "./plans/many-accounts.js";
export { DOMAIN, type ServerOptions, startServer, type TestServer } from "./server.js";
export { type DatabaseKind, makeTestDatabase, type TestDatabase } from "./test-database.js";
export { runTranscripts } from "./transcript/files.js";
