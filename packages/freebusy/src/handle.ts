import { type Exchange, type Registry, type Reply, refusalFrom, refuseStatus } from "@kalends/dav-core";
import { type FreeBusyAddress, parseAddress } from "./address.js";
import { type Cache, createCache } from "./cache.js";
import { list } from "./listing.js";
import { lockFile, unlockFile } from "./lock.js";
import { ownFile } from "./own-file.js";
import { deleteFile, getFile, type PublishOptions, putFile } from "./publish.js";
import { type Caller, readFreeBusy, type ReadOptions } from "./read.js";

/** How free/busy files are served; all are settings. */
export type FreeBusyOptions = Omit<ReadOptions, "cache"> & PublishOptions;

export interface FreeBusy {
  /** Answers a request to a path of `isFreeBusyPath`. Refusals are one line of text (RFC 9110 15.5). */
  handle(cx: Exchange, registry: Registry, caller: Caller): Promise<Reply>;
}

const REMEMBERED = 200;

const READ = "OPTIONS, GET, HEAD";
const ALLOW: Readonly<Record<FreeBusyAddress["at"], string>> = {
  read: READ,
  file: "OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND, LOCK, UNLOCK",
  folder: "OPTIONS, PROPFIND",
  nothing: READ,
};

/** Free/busy files: published under `/pub/calendar/`, read under `/calendar/` and other addresses (VFB-01). */
export function createFreeBusy(options: FreeBusyOptions): FreeBusy {
  const all = { ...options, cache: createCache(REMEMBERED) };
  return Object.freeze<FreeBusy>({
    async handle(cx, registry, caller) {
      try {
        return await answer(cx, registry, caller, all);
      } catch (error) {
        const refusal = refusalFrom(error, { href: cx.path, mapped: true });
        if (refusal === null) throw error;
        const { status, note = "This cannot be done.", headers = {} } = refusal;
        return { kind: "body", status, headers, body: `${note}\n`, type: "text/plain; charset=utf-8" };
      }
    },
  });
}

type All = FreeBusyOptions & { readonly cache: Cache };

async function answer(cx: Exchange, registry: Registry, caller: Caller, options: All): Promise<Reply> {
  const address = parseAddress(cx.path, cx.by);
  const allow = ALLOW[address.at];
  if (cx.verb === "OPTIONS") return { kind: "empty", status: 200, headers: optionsHeaders(address, allow) };
  if (!allow.split(", ").includes(cx.verb)) {
    return refuseStatus(405, `${cx.verb} is not for this address; there are ${allow}.`, { Allow: allow });
  }
  if (address.at === "nothing") return refuseStatus(404, "A free/busy file is called NAME.vfb or NAME.ifb.");
  if (address.at === "folder") return list(address.href, cx, null);
  if (address.at === "read") return readFreeBusy(address.name, cx, registry, caller, options);
  return onFile(address, cx, options);
}

/** The publishing area is a class 2 server, as the Windows client demands before it writes (RFC 4918 18.2). */
const optionsHeaders = ({ at }: FreeBusyAddress, allow: string): Readonly<Record<string, string>> => ({
  Allow: allow,
  ...(at === "file" || at === "folder" ? { DAV: "1, 2", "MS-Author-Via": "DAV" } : {}),
});

async function onFile(
  { name, href }: Extract<FreeBusyAddress, { at: "file" }>,
  cx: Exchange,
  options: All,
): Promise<Reply> {
  switch (cx.verb) {
    case "PUT":
      return putFile(name, cx, options);
    case "DELETE":
      return deleteFile(name, cx);
    case "LOCK":
      return lockFile(name, href, cx);
    case "UNLOCK":
      return unlockFile(name, cx);
    case "PROPFIND":
      return list(href, cx, await ownFile(name, cx));
    default:
      return getFile(name, cx);
  }
}
