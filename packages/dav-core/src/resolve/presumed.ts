import { NO_RIGHTS } from "@kalends/acl";
import type { Catalogue, Exchange } from "../exchange.js";
import type { Registry } from "../extension.js";
import { type EntityTag, isConditional, parseTagList } from "../headers/etag.js";
import { memberHref } from "../hrefs.js";
import type { Address, Candidate } from "../paths/address.js";
import type { CollectionRow, MemberRow, Target } from "../resource.js";
import { isOwnHome } from "./own-home.js";
import type { Resolved } from "./resolved.js";
import type { Mailbox, Said } from "./said.js";

/** What was found at a path of the asker's own, some time ago. */
interface Known {
  readonly slug: string;
  readonly collection: CollectionRow;
  readonly services: string;
  readonly domainServices: string;
}

/** What is known, by the server it is known to; nothing of an answer, and nothing that is believed without being checked. */
const knownTo = new WeakMap<Catalogue, Map<string, Known>>();
const REMEMBERED = 10_000;

/** A request without any other condition can be told by its first lines what it means to find: nothing, this tag, or anything. */
const PRESUMING: ReadonlySet<string> = new Set(["PUT", "DELETE", "REPORT"]);
const OTHER_CONDITIONS = ["if", "if-unmodified-since", "if-schedule-tag-match"] as const;

/** What is refused is looked at twice, so it is not to be large (octets). */
const SHORT = 64 * 1024;
const isShort = (headers: Exchange["headers"]): boolean =>
  Number(headers.get("content-length") ?? 0) <= SHORT && !headers.has("transfer-encoding");

const isPresuming = ({ verb, by, headers }: Exchange): boolean =>
  PRESUMING.has(verb) &&
  by !== null &&
  by.limit === null &&
  isShort(headers) &&
  !OTHER_CONDITIONS.some((name) => headers.has(name));

/** Writes are about a member, reports about the collection. */
const isAboutMember = ({ verb }: Exchange): boolean => verb !== "REPORT";

const keyOf = ({ home, names }: Mailbox, cx: Exchange): string => {
  const slug = (isAboutMember(cx) ? names.slice(0, -1) : names).join("/");
  return `${cx.by?.id} ${cx.domain.id} ${isAboutMember(cx)} ${home} ${slug}`;
};

/** What would be meant instead if it were there: what comes before, and anything where a name is to be free. */
const othersOf = (candidates: readonly Candidate[], meant: Candidate, isFree: boolean): readonly string[] =>
  candidates.flatMap(({ slug, rank }) =>
    slug !== null && slug !== meant.slug && (isFree || rank < meant.rank) ? [slug] : [],
  );

/** Remembers what the owner was told of what is his; nothing where there were locks. */
export function noteFound(address: Mailbox, { asker, place }: Said, cx: Exchange): void {
  if (!isPresuming(cx) || !asker || !place || !isOwnHome(address, cx)) return;
  const known = knownTo.get(cx.services.catalogue) ?? new Map<string, Known>();
  knownTo.set(cx.services.catalogue, known);
  const { candidate, collection } = place;
  const { owner, binding, lockEpoch } = collection;
  const isPlain = owner.id === cx.by?.id && binding?.how === "own" && lockEpoch === 0;
  const isMeant = candidate.slug !== null && (candidate.member !== null) === isAboutMember(cx);
  if (!isMeant || !isPlain) return void known.delete(keyOf(address, cx));
  if (known.size >= REMEMBERED) known.clear();
  known.set(keyOf(address, cx), {
    slug: candidate.slug,
    collection: { ...collection, locks: [] },
    services: JSON.stringify(asker.services),
    domainServices: JSON.stringify(asker.domain_services),
  });
}

/** The tag that the member must have, null = there must be none, "" = whatever it is; undefined where that is not told. */
function tagMeant({ verb, headers }: Exchange): string | null | undefined {
  const [only, ...more] = tagsOf(headers.get("if-match"));
  if (only && more.length === 0 && !only.weak && !headers.has("if-none-match")) return only.opaque || undefined;
  if (verb === "DELETE") return isConditional(headers) ? undefined : "";
  return headers.get("if-none-match")?.trim() === "*" && !headers.has("if-match") ? null : undefined;
}

function tagsOf(header: string | undefined): readonly EntityTag[] {
  const list = header === undefined ? [] : parseTagList(header);
  return list === "*" ? [] : list;
}

/**
 * What a path of the asker's own means if all is as it was: for methods whose statement finds out (`MethodDef.confirms`), which
 * then needs no other. Undefined for whatever is better looked up.
 */
export function presume(address: Address, cx: Exchange, registry: Registry): Resolved | undefined {
  if (address.at !== "mailbox" || cx.by === null || !isPresuming(cx) || !isOwnHome(address, cx)) return undefined;
  const known = knownTo.get(cx.services.catalogue)?.get(keyOf(address, cx));
  const about = isAboutMember(cx);
  const candidate = address.candidates.find(({ slug, member }) => slug === known?.slug && (member !== null) === about);
  if (!known || !candidate) return undefined;
  const tag = about ? tagMeant(cx) : "";
  if (tag === undefined) return undefined;
  const { slug, services, domainServices, collection } = known;
  const { rights, kind, components } = collection;
  const { id: owner, epoch } = cx.by;
  const free = othersOf(address.candidates, candidate, tag === null);
  const presumption = { owner, epoch, services, domainServices, slug, free, kind, components };
  const target = targetIn({ ...collection, presumption }, candidate, tag, registry);
  if (!target || registry.method(cx.verb, target)?.confirms !== true) return undefined;
  return { target, held: { self: target.mapped ? rights : null, parent: about ? rights : NO_RIGHTS } };
}

function targetIn(
  collection: CollectionRow,
  { href, member: name }: Candidate,
  tag: string | null,
  registry: Registry,
): Target | undefined {
  const members = registry.kind(collection.kind).members;
  const around = { rows: "collection", kind: collection.kind, href, collection } as const;
  if (name === null) return { mapped: true, resource: around };
  if (members === undefined) return undefined;
  const inside = memberHref(href, name);
  if (tag === null) return { mapped: false, href: inside, parent: around, name };
  const { revision, createdAt, modifiedAt } = collection;
  const unknown = { uid: "", component: "", size: 0, scheduleTag: null };
  const member: MemberRow = { name, etag: tag, revision, createdAt, modifiedAt, ...unknown };
  return { mapped: true, resource: { rows: "member", kind: members, href: inside, collection, name, member } };
}
