import { type Requester, StaleSignIn } from "@kalends/dav-core";
import type { Doer } from "@kalends/store";
import type Koa from "koa";
import type { House } from "../compose.js";
import { checkStanding } from "../standing.js";
import { readBody } from "./body.js";
import { answerWith } from "./koa-call.js";
import { challenge, signIn } from "./sign-in.js";

/** Serves the JSON API to whoever signs in; a sign-in that is remembered but no longer good is made anew, once. */
export async function signedIn(ctx: Koa.Context, house: House, serve: (by: Requester) => Promise<void>): Promise<void> {
  const origin = house.originOf(ctx.req);
  const domain = await house.hosts.domainOf(origin.host);
  for (let tries = 0; tries < 2; tries += 1) {
    const result = await signIn(house, ctx.req, origin, domain);
    if (!result.ok) return answerWith(ctx, challenge(house, result));
    const { requester } = result;
    ctx.state.user = `${requester.login}@${requester.domain}`;
    ctx.set("Cache-Control", "no-store");
    // What is handed out here outlives the credential and reaches further than one for less.
    if (requester.limit !== null) return refuseJson(ctx, 403, "an app password with limits cannot do this");
    try {
      await checkStanding(requester, house.services.db);
      return await serve(requester);
    } catch (error) {
      if (!(error instanceof StaleSignIn)) throw error;
      house.authenticator.forget(requester);
    }
  }
  answerWith(ctx, challenge(house, { ok: false, reason: "wrong" }));
}

/** Who does what a request asks for, for the audit log. */
export const doerOf = (ctx: Koa.Context, by: Requester, { originOf, services }: House): Doer => ({
  name: `${by.login}@${by.domain}`,
  address: originOf(ctx.req).address,
  agent: ctx.get("user-agent"),
  at: services.clock(),
});

const LARGEST = 16 * 1024;

/** JSON of a request; undefined when it is none. */
export async function jsonOf(ctx: Koa.Context): Promise<unknown> {
  const body = await readBody(ctx.req, LARGEST);
  try {
    return JSON.parse(Buffer.from(body).toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

/** Answers with a status and one sentence as JSON. */
export function refuseJson(ctx: Koa.Context, status: number, reason: string): void {
  ctx.status = status;
  ctx.body = { error: reason };
}
