import { AccessDenied, authorize, has } from "@kalends/acl";
import { ResourceMustBeNull } from "../conditions.js";
import type { Exchange, Reply } from "../exchange.js";
import type { MethodDef, Registry } from "../extension.js";
import { anonymousOptions } from "../methods/options.js";
import { type Address, parsePath } from "../paths/address.js";
import { type Refusal, Refused, refusalOf, refuseStatus } from "../refusal.js";
import { presume } from "../resolve/presumed.js";
import { resolve } from "../resolve/resolve.js";
import type { Resolved } from "../resolve/resolved.js";
import type { Target } from "../resource.js";
import { checkReplaced, reachDestination } from "./destination.js";
import { currentRepresentation } from "./current-representation.js";
import { refusalFrom, refusalReply } from "./faults.js";
import { JudgedTooEarly } from "./judged-too-early.js";
import { checkPreconditions } from "./preconditions.js";
import { NO_PARENT, unseen, WRONG_SORT } from "./unseen.js";

/** Verbs that make something at a free name: a missing parent is 409 to them and 404 to all others (RFC 4918 9.3.1, 9.7.1). */
const creates = (verb: string): boolean => verb === "PUT" || verb === "LOCK" || verb.startsWith("MK");

const removes = (verb: string): boolean => verb === "DELETE" || verb === "MOVE";

const hrefOf = (target: Target): string => (target.mapped ? target.resource.href : target.href);

/** How often a request is judged anew when others write to the same place. */
const TRIES = 4;

const BUSY: Refusal = { status: 503, note: "Others are writing here; try again.", headers: { "Retry-After": "1" } };

/**
 * One request from the exchange to the reply: verb, path, resource, method, rights, conditional headers, method. What
 * refuses it becomes a reply here; errors nobody foresaw, and `StaleSignIn`, go on to the caller.
 */
export async function handle(cx: Exchange, registry: Registry): Promise<Reply> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      return await judged(cx, registry);
    } catch (error) {
      if (!(error instanceof JudgedTooEarly)) throw error;
    }
  }
  return refusalReply(BUSY);
}

async function judged(cx: Exchange, registry: Registry): Promise<Reply> {
  let href = cx.path;
  let mapped = false;
  let found: Resolved | undefined;
  try {
    if (!registry.knowsVerb(cx.verb)) refuseStatus(501, `The method ${cx.verb} is not known here.`);
    if (cx.by === null && cx.verb === "OPTIONS") return anonymousOptions(registry);
    const address = addressOf(cx, registry);
    const presumed = presume(address, cx, registry);
    const confirmed = presumed && (await unlessRefused(() => run(presumed, address, cx, registry)));
    if (confirmed) return withLocation(confirmed, presumed.target, cx);
    const resolved = await resolve(address, cx, registry);
    found = resolved;
    href = hrefOf(resolved.target);
    mapped = resolved.target.mapped;
    return withLocation(await run(resolved, address, cx, registry), resolved.target, cx);
  } catch (error) {
    if (error instanceof AccessDenied && cx.by === null) return refusalReply({ status: 401, note: "Sign in first." });
    const refusal = refusalFrom(error, { href, mapped, verb: cx.verb });
    if (refusal === null) throw error;
    return (found && (await currentRepresentation(refusal, found, cx, registry))) ?? refusalReply(refusal);
  }
}

const REFUSING = [JudgedTooEarly, Refused, AccessDenied] as const;

/** What was presumed is good for a success and nothing else: what refuses is judged by what is there now. */
async function unlessRefused(work: () => Promise<Reply>): Promise<Reply | null> {
  try {
    return await work();
  } catch (error) {
    if (REFUSING.some((kind) => error instanceof kind)) return null;
    throw error;
  }
}

/** `OPTIONS *` asks about the server as a whole (RFC 9110 9.3.7). */
const addressOf = (cx: Exchange, registry: Registry): Address =>
  parsePath(cx.path === "*" ? "/" : cx.path, registry.mailboxRoots, registry.areaRoots);

async function run(resolved: Resolved, address: Address, cx: Exchange, registry: Registry): Promise<Reply> {
  const { target, held } = resolved;
  try {
    const method = registry.method(cx.verb, target) ?? notAllowed(resolved, address, cx, registry);
    const at = authorize(target, cx.by?.id ?? null, held, method.needs(target, cx));
    const to = method.destination ? await reachDestination(method.destination, target, cx, registry) : null;
    const unmodified = method.rightsInBody ? null : await checkPreconditions(cx, target, registry, method);
    if (unmodified) return unmodified;
    if (to) checkReplaced(to.target, cx);
    return await method.handle(at, cx, registry, to);
  } catch (error) {
    // What cannot be seen answers as if nothing were there, also to those who want to make it.
    throw error instanceof AccessDenied && error.hidden && creates(cx.verb) ? unseen(resolved, cx.verb) : error;
  }
}

/** No method for this verb: hidden first, then 405 where something is, else what nothing being there means. */
function notAllowed(resolved: Resolved, address: Address, cx: Exchange, registry: Registry): MethodDef {
  const { target, held } = resolved;
  const { verb } = cx;
  if (target.mapped) {
    if (held.self === null || !has(held.self, "l")) throw new AccessDenied([{ right: "l", on: "self" }], true);
    const headers = { Allow: registry.methods(target.resource.kind).join(", ") };
    const note = `${verb} does not work here.`;
    if (!verb.startsWith("MK")) throw new Refused({ status: 405, note, headers });
    throw new Refused({ ...refusalOf(ResourceMustBeNull, undefined, "Something is here already."), headers });
  }
  if (!creates(verb)) return refuseStatus(404, "There is nothing here.");
  if (address.at !== "mailbox" && address.at !== "area") return refuseStatus(403, "Nothing can be made here.");
  if (target.parent === null) throw new Refused(NO_PARENT);
  if (!has(held.parent, "l")) throw new AccessDenied([{ right: "l", on: "parent" }], true);
  throw new Refused(WRONG_SORT);
}

/** A collection asked for without its final slash says where it is (RFC 4918 5.2). */
function withLocation(reply: Reply, target: Target, cx: Exchange): Reply {
  if (!target.mapped || cx.path.endsWith("/") || reply.status >= 300 || removes(cx.verb)) return reply;
  const { href } = target.resource;
  if (!href.endsWith("/") || cx.path === "*") return reply;
  return { ...reply, headers: { "Content-Location": href, ...reply.headers } };
}
