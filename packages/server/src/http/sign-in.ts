import type { IncomingMessage } from "node:http";
import type { SignInResult } from "@kalends/accounts";
import type { Reply } from "@kalends/dav-core";
import type Koa from "koa";
import type { House } from "../compose.js";
import type { HostDomain } from "./hosts.js";
import type { Origin } from "./origin.js";

/** One constant realm: Thunderbird groups calendars by it (DSC-14). */
const REALM = 'Basic realm="Kalends", charset="UTF-8"';

export function signIn(
  house: House,
  request: IncomingMessage,
  origin: Origin,
  domain: HostDomain,
): Promise<SignInResult> {
  return house.authenticator.authenticate({
    authorization: request.headers.authorization,
    address: origin.address,
    domain,
  });
}

/** A 401 from below with the challenge that HTTP demands (RFC 9110 15.5.2). */
export const challenged = (reply: Reply): Reply =>
  reply.status === 401 ? { ...reply, headers: { ...reply.headers, "WWW-Authenticate": REALM } } : reply;

/** 401 with the challenge, or 429 while an address is held off after too many failures. */
export function challenge(ctx: Koa.Context, failed: Exclude<SignInResult, { ok: true }>): void {
  if (failed.reason === "throttled") {
    ctx.status = 429;
    ctx.set("Retry-After", String(Math.ceil(failed.retryAfter ?? 60)));
    ctx.body = "too many failed sign-ins; wait before the next one\n";
    return;
  }
  ctx.status = 401;
  ctx.set("WWW-Authenticate", REALM);
  ctx.body = failed.reason === "none" ? "sign in with name and password\n" : "wrong name or password\n";
}
