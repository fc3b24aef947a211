import { handle as handleWholeFile, isWholeFilePath, type Written } from "@kalends/calendardata";
import { type Exchange, handle, type Reply, StaleSignIn, sendReply } from "@kalends/dav-core";
import { isFreeBusyPath, isFreeBusyRead } from "@kalends/freebusy";
import { noteDeed } from "@kalends/store";
import type Koa from "koa";
import type { House } from "../compose.js";
import { isOpen, mayDiffer } from "./anonymous.js";
import { startDeadline } from "./deadline.js";
import { openExchange } from "./exchange.js";
import { answerFault } from "./faults.js";
import { originOf } from "./origin.js";
import { send } from "./send.js";
import { challenge, offerSchemes, signIn } from "./sign-in.js";
import { admitVisitor } from "./visitors.js";

/** One DAV or whole-file request from the HTTP context to the answer. */
export async function answerDav(ctx: Koa.Context, house: House): Promise<void> {
  try {
    await attempt(ctx, house, true);
  } catch (error) {
    answerFault(ctx, error, house.log);
  }
}

async function attempt(ctx: Koa.Context, house: House, mayRepeat: boolean): Promise<void> {
  const origin = originOf(ctx.req, house.config);
  const domain = await house.hosts.domainOf(origin.host);
  const result = await signIn(house, ctx.req, origin, domain);
  const isOpenToAll = isOpen(ctx.method, ctx.path, house.config) || isFreeBusyRead(ctx.path);
  if (!result.ok && !(result.reason === "none" && isOpenToAll)) return challenge(ctx, house, result);
  const by = result.ok ? result.requester : null;
  // Look-ups of free/busy files are counted by what they find.
  if (by === null && !isFreeBusyRead(ctx.path) && !admitVisitor(ctx, house, origin.address)) return;
  if (by) ctx.state.user = `${by.login}@${by.domain}`;
  const deadline = startDeadline(house.services.limits.requestDeadline);
  ctx.res.once("close", deadline.leave);
  const cx = openExchange(ctx.req, { house, origin, domain, by, deadline });
  try {
    const reply = await answer(cx, house, { address: origin.address, agent: ctx.get("user-agent") });
    if (!result.ok && !isFreeBusyPath(cx.path) && mayDiffer(reply)) {
      deadline.pause();
      return challenge(ctx, house, result);
    }
    if (reply.status === 401) offerSchemes(ctx, house, { ok: false, reason: by === null ? "none" : "wrong" });
    send(ctx, sendReply(reply, cx), deadline);
  } catch (error) {
    deadline.pause();
    if (!(error instanceof StaleSignIn) || by === null) throw error;
    // The password or the account changed since the sign-in was remembered: forget it and look again, once.
    house.authenticator.forget(by);
    if (!mayRepeat) return challenge(ctx, house, { ok: false, reason: "wrong" });
    await attempt(ctx, house, false);
  }
}

/** The address spaces beside WebDAV have handlers of their own. */
function answer(cx: Exchange, house: House, from: Sender): Promise<Reply> {
  const { registry, freeBusy } = house;
  if (isFreeBusyPath(cx.path)) return freeBusy.handle(cx, registry, freeBusy.callerFrom(from.address));
  if (!isWholeFilePath(cx.path)) return handle(cx, registry);
  return handleWholeFile(cx, registry, (what) => noteWritten(what, cx, from));
}

interface Sender {
  readonly address: string;
  readonly agent: string;
}

const HOUR = 3_600_000;

/** Nobody signs for such a write; the address is kept. Whoever comes again and again is counted in one entry. */
function noteWritten({ owner, calendar }: Written, { verb, path, services }: Exchange, from: Sender): Promise<void> {
  const at = services.clock();
  const bucket = `publishing.written/${calendar}/${from.address}/${Math.floor(at / HOUR)}`;
  const deed = { kind: "publishing.written", about: owner, detail: `${verb} ${path}`, bucket } as const;
  return noteDeed(services.db, deed, { name: "nobody signed in", ...from, at });
}
