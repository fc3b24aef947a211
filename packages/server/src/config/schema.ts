import { checkedNetwork } from "@kalends/accounts";
import { POLICIES, READERS } from "@kalends/freebusy";
import { z } from "zod";
import { connections } from "./connections.js";
import { takesPassword } from "./database-url.js";
import { ftp } from "./ftp.js";
import { metrics } from "./metrics.js";
import { proxyHeader, publicUrl, trustProxy } from "./proxies.js";
import { secret } from "./secret.js";
import { ldap, oidc } from "./sign-in.js";
import { tls } from "./tls.js";

const octets = (value: number, text: string) => z.number().int().positive().default(value).describe(`${text} (octets)`);
const count = (value: number, text: string) => z.number().int().positive().default(value).describe(text);

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

const limits = z.strictObject({
  objectSize: octets(MiB, "Largest calendar object"),
  wholeFileSize: octets(64 * MiB, "Largest whole-file upload"),
  anonymousFileSize: octets(MiB, "Largest whole-file upload without sign-in, where a publishing level allows any"),
  anonymousRequests: count(120, "Most requests without sign-in from one address in a minute"),
  emptiedAtOnce: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("Most items that an empty whole-file upload removes without force=1; 0 = any number"),
  xmlSize: octets(256 * KiB, "Largest XML body of PROPFIND, PROPPATCH, MKCOL and MKCALENDAR"),
  reportXmlSize: octets(MiB, "Largest XML body of REPORT"),
  multigetHrefs: count(5000, "Most hrefs in one calendar-multiget"),
  bulkResources: count(500, "Most objects in one bulk change"),
  bulkSize: octets(4 * MiB, "Largest body of a bulk change"),
  objectsPerCalendar: count(100_000, "Most objects in one calendar"),
  calendarsPerHome: count(200, "Most calendars in one home"),
  attendeesPerObject: count(300, "Most attendees of one object"),
  instancesPerObject: count(5000, "Most instances one object may expand to"),
  instancesPerRequest: count(50_000, "Most instances one request may expand to"),
  freeBusyDays: count(400, "Longest free/busy window in days"),
  deadPropertySize: octets(64 * KiB, "Largest value of a property the server does not know"),
  fileSize: octets(4 * GiB, "Largest file in a file area"),
  filesQuota: octets(10 * GiB, "All files of one account together"),
  filesPerAccount: count(100_000, "Most files and folders of one account"),
  filesPerListing: count(10_000, "Most files and folders in the answer to a PROPFIND of infinite depth"),
  aclEntries: count(500, "Most entries in one access list sent over DAV"),
  syncPage: count(50_000, "Most members in one sync-collection answer without a limit from the client"),
  requestDeadline: count(30_000, "Time one request may take (milliseconds)"),
});

const trash = z.strictObject({
  days: count(30, "Days that items are kept which a whole file removed; kalends undelete brings them back"),
});

const audit = z.strictObject({
  days: count(365, "Days entries of the audit log are kept"),
});

const auth = z.strictObject({
  bcryptCost: z.number().int().min(4).max(16).default(12).describe("Cost of new password hashes (bcrypt rounds, log2)"),
  failures: count(20, "Failed sign-ins per address and account before they are refused"),
  accountFailures: count(100, "Failed sign-ins per account, from anywhere, before its password is locked"),
  addressFailures: count(500, "Failed sign-ins per address, for any accounts, before they are refused"),
  failureMinutes: count(15, "Minutes over which failed sign-ins are counted"),
  lockMinutes: count(15, "Minutes a password stays locked; app passwords work meanwhile"),
  cacheMinutes: count(60, "Minutes a verified sign-in is remembered; a changed password counts at once"),
  ldap: ldap.prefault({}),
  oidc: oidc.prefault({}),
});

const isNetwork = (text: string): boolean => {
  try {
    return checkedNetwork(text) !== "";
  } catch {
    return false;
  }
};

const freeBusy = z.strictObject({
  readers: z
    .enum(READERS)
    .default("everyone")
    .describe("Who may read published free/busy: everyone, signed-in, or networks (signed in from elsewhere)"),
  networks: z
    .string()
    .refine(
      (text) => text.split(/[\s,]+/).every((each) => each === "" || isNetwork(each)),
      "must be addresses or networks like 10.0.0.0/8, separated by commas",
    )
    .default("")
    .describe("Networks that read free/busy without signing in when readers is networks, for example 10.0.0.0/8"),
  policy: z
    .enum(POLICIES)
    .default("union")
    .describe("What counts for people who upload free/busy and keep calendars: union, upload (it wins) or computed"),
  size: octets(256 * KiB, "Largest free/busy file"),
  vfbType: z
    .string()
    .regex(/^[\w.+-]+\/[\w.+-]+$/, "must be a media type like text/x-vfb")
    .default("text/x-vfb")
    .describe("Media type of .vfb files"),
  misses: count(300, "Look-ups of free/busy in vain per address in 15 minutes before they are refused"),
});

const privacy = z.strictObject({
  entitled: z
    .enum(["owner", "administrators", "writers"])
    .default("administrators")
    .describe("Who besides the owner sees private events: nobody, those with Administer, or also those who may change"),
});

const publishing = z.strictObject({
  uploads: z
    .enum(["merge", "last"])
    .default("merge")
    .describe("Uploads of whole files by several programs: merge (nothing is lost), or the last one wins"),
  baseDays: count(30, "Days the server remembers what a program that uploads whole files had fetched"),
});

const log = z.strictObject({
  level: z
    .enum(["silent", "fatal", "error", "warn", "info", "debug"])
    .default("info")
    .describe("Least important level that is written"),
});

const everything = z.strictObject({
  database: z
    .string()
    .regex(/^(embedded:.+|postgres(ql)?:\/\/.+)$/, "must be embedded:DIRECTORY or postgres://USER:PASSWORD@HOST/NAME")
    .default("embedded:./data")
    .describe("Where everything is kept: embedded:DIRECTORY or postgres://USER:PASSWORD@HOST/NAME")
    .meta(secret),
  databasePassword: z
    .string()
    .min(1)
    .optional()
    .describe("Password for PostgreSQL, where database names an account without one")
    .meta(secret),
  adminPassword: z
    .string()
    .min(8)
    .optional()
    .describe("Password of the account admin made at the first start; none = one is made up and shown once")
    .meta(secret),
  listen: z
    .string()
    .regex(/^(\[[0-9a-f:]+\]|[^:\s]+):\d{1,5}$/i, {
      error: "must be HOST:PORT, for example 127.0.0.1:8100",
      abort: true,
    })
    .refine((where) => Number(/\d+$/.exec(where)?.[0]) <= 65_535, "must have a port of at most 65535")
    .default("127.0.0.1:8100")
    .describe("Address and port of the HTTP listener; with tls.certificate it speaks https"),
  workers: z
    .number()
    .int()
    .min(1)
    .max(128)
    .default(1)
    .describe("Processes that answer requests; more than one takes PostgreSQL"),
  domain: z.string().min(1).default("localhost").describe("Default domain: where account names without @ belong"),
  publicUrl,
  trustProxy,
  proxyHeader,
  anonymous: z
    .boolean()
    .default(false)
    .describe("Serve requests without a password where a calendar has an entry for anonymous (reading only)"),
  tls: tls.prefault({}),
  connections: connections.prefault({}),
  limits: limits.prefault({}),
  auth: auth.prefault({}),
  freeBusy: freeBusy.prefault({}),
  ftp: ftp.prefault({}),
  privacy: privacy.prefault({}),
  publishing: publishing.prefault({}),
  audit: audit.prefault({}),
  trash: trash.prefault({}),
  log: log.prefault({}),
  metrics: metrics.prefault({}),
});

/** Every setting: what it is, its type, its default. Unknown keys are errors. */
export const configSchema = everything.refine(
  ({ database, databasePassword }) => databasePassword === undefined || takesPassword(database),
  {
    path: ["databasePassword"],
    message: "must be set only where database is postgres://USER@HOST/NAME, without a password of its own",
  },
);

export type Config = z.infer<typeof configSchema>;
