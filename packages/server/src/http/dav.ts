import { handle as handleWholeFile, isWholeFilePath } from "@kalends/calendardata";
import { handle, StaleSignIn, sendReply } from "@kalends/dav-core";
import type Koa from "koa";
import type { House } from "../compose.js";
import { isOpen, mayDiffer } from "./anonymous.js";
import { startDeadline } from "./deadline.js";
import { openExchange } from "./exchange.js";
import { answerFault } from "./faults.js";
import { originOf } from "./origin.js";
import { send } from "./send.js";
import { challenge, signIn } from "./sign-in.js";
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
  if (!result.ok && !(result.reason === "none" && isOpen(ctx.method, ctx.path, house.config)))
    return challenge(ctx, house, result);
  const by = result.ok ? result.requester : null;
  if (by === null && !admitVisitor(ctx, house, origin.address)) return;
  if (by) ctx.state.user = `${by.login}@${by.domain}`;
  const deadline = startDeadline(house.services.limits.requestDeadline);
  ctx.res.once("close", deadline.leave);
  const cx = openExchange(ctx.req, { house, origin, domain, by, deadline });
  try {
    const run = isWholeFilePath(cx.path) ? handleWholeFile : handle;
    const reply = await run(cx, house.registry);
    if (!result.ok && mayDiffer(reply)) {
      deadline.pause();
      return challenge(ctx, house, result);
    }
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
