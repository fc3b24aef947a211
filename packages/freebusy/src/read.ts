import { type Exchange, evaluate, type Registry, type Reply, refuseStatus } from "@kalends/dav-core";
import type { FileForm, FileName } from "./address.js";
import { type Person, personNamed } from "./person.js";
import { type PublicationOptions, publicationFor } from "./publication.js";

/** Who may read without signing in. */
export type Readers = "everyone" | "signed-in" | "networks";

export const READERS: readonly Readers[] = Object.freeze(["everyone", "signed-in", "networks"]);

/** What the server knows of whoever asks besides his sign-in. */
export interface Caller {
  /** His address lies in the networks that may read. */
  readonly isInNetwork: boolean;
  /** Counts a look-up; seconds to wait when there were too many in vain, else 0. */
  readonly look: () => number;
  /** The look-up found something and does not count. */
  readonly found: () => void;
}

export interface ReadOptions extends PublicationOptions {
  readonly readers: Readers;
  /** Media type of `.vfb` files. */
  readonly vfbType: string;
}

const MAX_AGE = 300;

/** One sentence for all who have nothing to give, so that nobody learns who has an account (DSC-83). */
const nobody = (): never => refuseStatus(404, "Nobody of this name publishes when he is free or busy.");

const signIn = (): never => refuseStatus(401, "Free/busy is given to those who sign in.");

const isOpen = ({ readers }: ReadOptions, { isInNetwork }: Caller): boolean =>
  readers === "everyone" || (readers === "networks" && isInNetwork);

const typeOf = (form: FileForm, { vfbType }: ReadOptions): string =>
  form === "vfb" ? vfbType : "text/calendar; method=PUBLISH; charset=utf-8";

/** GET of somebody's free and busy time (VFB-01, VFB-06; RFC 5545 8.1; DSC-80, DSC-83). */
export async function readFreeBusy(
  name: FileName,
  cx: Exchange,
  registry: Registry,
  caller: Caller,
  options: ReadOptions,
): Promise<Reply> {
  if (cx.by === null && !isOpen(options, caller)) signIn();
  const wait = caller.look();
  if (wait > 0)
    refuseStatus(429, "Too many names that publish nothing; wait a while.", { "Retry-After": String(wait) });
  const person = await personNamed(name, cx);
  if (!publishes(person)) return nobody();
  if (cx.by === null && person.access === "signed-in") signIn();
  const publication = await publicationFor(person, cx, registry, options);
  if (publication === null) return nobody();
  caller.found();
  const isPublic = options.readers === "everyone" && person.access === "everyone";
  const headers = { ETag: publication.etag, "Cache-Control": `${isPublic ? "" : "private, "}max-age=${MAX_AGE}` };
  const outcome = evaluate(cx.headers, { etag: publication.etag, modifiedAt: null }, true);
  if (outcome === "not-modified") return { kind: "empty", status: 304, headers };
  if (outcome === "failed") return refuseStatus(412, "It has changed since the version you name; fetch it again.");
  return { kind: "body", status: 200, headers, body: await publication.text(), type: typeOf(name.form, options) };
}

const publishes = (person: Person | undefined): person is Person =>
  person !== undefined && person.enabled && person.access !== null && person.access !== "off";
