import { Readable } from "node:stream";
import {
  assemble,
  core,
  createLinks,
  type Exchange,
  handle,
  inlineOffload,
  type Limits,
  type Registry,
  type Requester,
  refuseStatus,
  sendReply,
} from "@kalends/dav-core";
import { type Clark, readXml, type XmlElement } from "@kalends/dav-xml";
import {
  type CollectionId,
  coreMigrations,
  createCollection,
  createHome,
  type Database,
  type DomainId,
  insertDomain,
  insertPrincipal,
  migrate,
  openDatabase,
  type PrincipalId,
  type Sql,
  type StatementSeen,
  setGrant,
} from "@kalends/store";
import { caldavWith } from "../src/extension.js";
import { noRules, type WriteRules } from "../src/write/guards.js";

/** The clock of every test: nothing may depend on the real one. */
export const NOW = Date.UTC(2026, 0, 15, 12);

export const limits: Limits = {
  objectSize: 100_000,
  wholeFileSize: 1_000_000,
  xmlSize: 262_144,
  reportXmlSize: 1_048_576,
  multigetHrefs: 5_000,
  bulkResources: 500,
  bulkSize: 500_000,
  anonymousFileSize: 100_000,
  emptiedAtOnce: 0,
  objectsPerCalendar: 1_000,
  calendarsPerHome: 50,
  attendeesPerObject: 5,
  instancesPerObject: 500,
  instancesPerRequest: 2_000,
  freeBusyDays: 400,
  deadPropertySize: 4_096,
  fileSize: 1_048_576,
  filesQuota: 1_048_576,
  filesPerAccount: 1000,
  filesPerListing: 1000,
  aclEntries: 100,
  syncPage: 20_000,
  requestDeadline: 30_000,
};

type Person = Requester & { readonly home: CollectionId };

export interface World {
  readonly db: Database;
  readonly registry: Registry;
  readonly domain: { readonly id: DomainId; readonly name: string };
  readonly people: Map<string, Person>;
  /** Texts of the statements since the last `send` began. */
  readonly statements: string[];
  limits: Limits;
}

export async function openWorld(rules: WriteRules = noRules): Promise<World> {
  const statements: string[] = [];
  const db = await openDatabase({
    url: "embedded:memory",
    onStatement: ({ text }: StatementSeen) => statements.push(text),
  });
  await migrate(db, coreMigrations());
  const domainId = (await inserted(db, insertDomain("mail.example"))) as DomainId;
  const registry = assemble([core, caldavWith(rules)]);
  const world: World = {
    db,
    registry,
    domain: { id: domainId, name: "mail.example" },
    people: new Map(),
    statements,
    limits,
  };
  for (const login of ["ann", "bob"]) world.people.set(login, await addPerson(world, login));
  return world;
}

async function inserted(db: Database, statement: Sql): Promise<number> {
  const row = await db.one<{ id: number }>(statement);
  if (!row) throw new Error("nothing was inserted");
  return row.id;
}

async function addPerson({ db, domain }: World, login: string): Promise<Person> {
  const names = { login, displayName: login, firstName: null, lastName: null };
  const newcomer = insertPrincipal({ domain: domain.id, kind: "user", isAdmin: false, ...names });
  const id = (await inserted(db, newcomer)) as PrincipalId;
  const home = (await inserted(db, createHome(id))) as CollectionId;
  return {
    id,
    domainId: domain.id,
    epoch: 1,
    isAdmin: false,
    limit: null,
    kind: "user",
    login,
    domain: domain.name,
    home,
  };
}

export function person(world: World, login: string): Person {
  const found = world.people.get(login);
  if (!found) throw new Error(`nobody is called ${login}`);
  return found;
}

/** A collection in somebody's home; gives its id. */
export async function addCollection(
  world: World,
  login: string,
  slug: string,
  kind = "calendar",
  components: readonly string[] = [],
) {
  const { id: owner, home } = person(world, login);
  const texts = { displayName: slug, description: null, timezone: null, props: "{}" };
  const made = createCollection({ home, slug, kind, owner, components, ...texts });
  return (await inserted(world.db, made)) as CollectionId;
}

/** Gives rights (a bit set) on a collection to a person. */
export async function grant(world: World, collection: CollectionId, login: string, rights: number): Promise<void> {
  await world.db.rows(setGrant({ collection, subject: `p:${person(world, login).id}`, positive: true, rights }));
}

export interface Ask {
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly statements: number;
}

/** One request through the whole pipeline. */
export async function send(
  world: World,
  verb: string,
  path: string,
  { as = "ann", headers = {}, body = "" }: Ask = {},
): Promise<Answer> {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const cx: Exchange = {
    services: {
      db: world.db,
      catalogue: world.registry,
      limits: world.limits,
      offload: inlineOffload,
      clock: () => NOW,
      newName: () => "new",
    },
    by: person(world, as),
    verb,
    path,
    query: new URLSearchParams(),
    headers: new Map(Object.entries(headers)),
    domain: world.domain,
    origin: "https://mail.example",
    links: createLinks("mail.example"),
    signal: new AbortController().signal,
    xml: async () => (bytes.length === 0 ? null : readXml(bytes)),
    bytes: async (most) => (bytes.length > most ? refuseStatus(413, "too large") : bytes),
    body: () => Readable.from([bytes]),
  };
  world.statements.length = 0;
  const sent = sendReply(await handle(cx, world.registry), cx);
  const text = await textOf(sent.body);
  return { status: sent.status, headers: sent.headers, text, statements: world.statements.length };
}

async function textOf(body: string | Uint8Array | AsyncIterable<Uint8Array> | null): Promise<string> {
  if (body === null) return "";
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString("utf8");
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** The precondition in `DAV:error`. */
export function conditionIn({ text }: Answer): Clark | undefined {
  return text.startsWith("<?xml") ? readXml(text).children[0]?.name : undefined;
}

const D = (local: string): Clark => `{DAV:}${local}`;
const all = (el: XmlElement, name: Clark) => el.children.filter((each) => each.name === name);
const codeOf = (el: XmlElement) => Number(/ (\d{3})/.exec(all(el, D("status"))[0]?.text ?? "")?.[1] ?? 0);

export interface Told {
  readonly href: string;
  /** Of the response itself, else 0. */
  readonly status: number;
  readonly props: ReadonlyMap<Clark, { readonly status: number; readonly el: XmlElement }>;
  readonly error: Clark | undefined;
}

/** The responses of a 207, in order. */
export function told(answer: Answer): readonly Told[] {
  if (answer.status !== 207) throw new Error(`${answer.status} instead of 207: ${answer.text}`);
  return all(readXml(answer.text), D("response")).map((response) => ({
    href: all(response, D("href"))[0]?.text ?? "",
    status: codeOf(response),
    error: all(response, D("error"))[0]?.children[0]?.name,
    props: new Map(
      all(response, D("propstat")).flatMap((propstat) =>
        (all(propstat, D("prop"))[0]?.children ?? []).map((el) => [el.name, { status: codeOf(propstat), el }] as const),
      ),
    ),
  }));
}

export const names = (answer: Answer): readonly string[] =>
  told(answer)
    .map(({ href }) => decodeURIComponent(href.slice(href.lastIndexOf("/") + 1)))
    .sort();

/** An object out of the lines of its components. */
export const calendar = (...lines: readonly string[]): string =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//Test//EN", ...lines, "END:VCALENDAR", ""].join("\r\n");

export const event = (uid: string, ...lines: readonly string[]): string =>
  calendar("BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20260101T000000Z", ...lines, "END:VEVENT");

export const lunch = (uid: string): string =>
  event(uid, "DTSTART:20260110T120000Z", "DTEND:20260110T130000Z", "SUMMARY:Lunch");

export const TEXT_CALENDAR = { "content-type": "text/calendar; charset=utf-8" };

export const put = (
  world: World,
  path: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
  as = "ann",
) => send(world, "PUT", path, { as, body, headers: { ...TEXT_CALENDAR, ...headers } });

const NS =
  'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/"';

/** An XML body whose root declares D, C, CS and A. */
export const xml = (root: string, content: string): string => `<${root} ${NS}>${content}</${root}>`;

export const report = (
  world: World,
  path: string,
  root: string,
  content: string,
  depth = "1",
  as = "ann",
  headers: Readonly<Record<string, string>> = {},
) =>
  send(world, "REPORT", path, {
    as,
    headers: { depth, "content-type": "text/xml", ...headers },
    body: xml(root, content),
  });

/** The sync-token of a collection. */
export async function tokenOf(world: World, path: string): Promise<string> {
  const body = xml("D:propfind", "<D:prop><D:sync-token/></D:prop>");
  const [item] = told(await send(world, "PROPFIND", path, { headers: { depth: "0" }, body }));
  return item?.props.get(D("sync-token"))?.el.text ?? "";
}
