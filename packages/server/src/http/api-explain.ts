import { DirectoryError } from "@kalends/accounts";
import { type Requester, StaleSignIn } from "@kalends/dav-core";
import Router from "@koa/router";
import type Koa from "koa";
import type { House } from "../compose.js";
import { type Asked, type Explanation, explain } from "../explain/explain.js";
import { rulesOver } from "../explain/rules-over.js";
import type { HostDomain } from "./hosts.js";
import { answerWith } from "./koa-call.js";
import { challenge, signIn } from "./sign-in.js";

const TAKES = "it takes path=/CalDAV/~ann/Team/ and may have who=NAME, method=VERB and destination=PATH";

/** What a person may be told who asks about himself and sees nothing: the same whether something is there or not. */
const unseen = ({ who, method, path }: Explanation): Explanation => ({
  who,
  method,
  path,
  answer: "hidden",
  letters: "",
  sentences: ["There is nothing here, or you may not see it."],
  decisive: [],
  remedies: [],
});

function askedIn(query: URLSearchParams, fallback: string): Asked | null {
  const path = query.get("path");
  if (path === null || !path.startsWith("/")) return null;
  const who = query.get("who") ?? fallback;
  const method = (query.get("method") ?? "PROPFIND").toUpperCase();
  return { who: who === "anonymous" ? null : who, method, path, destination: query.get("destination") ?? undefined };
}

/**
 * `GET /api/explain`: whether somebody may do something and why, as JSON. Everybody may ask about himself; about others
 * those may who set the rights there (the owner, holders of Administer) and administrators of the server.
 */
export function explainRoutes(house: House): Router {
  const router = new Router();
  router.get("/api/explain", async (ctx) => {
    const origin = house.originOf(ctx.req);
    const domain = await house.hosts.domainOf(origin.host);
    for (let tries = 0; tries < 2; tries += 1) {
      const result = await signIn(house, ctx.req, origin, domain);
      if (!result.ok) return answerWith(ctx, challenge(house, result));
      ctx.state.user = nameOf(result.requester);
      try {
        return await answer(ctx, result.requester, house, domain);
      } catch (error) {
        if (!(error instanceof StaleSignIn)) throw error;
        house.authenticator.forget(result.requester);
      }
    }
    answerWith(ctx, challenge(house, { ok: false, reason: "wrong" }));
  });
  return router;
}

const nameOf = ({ login, domain }: Requester): string => `${login}@${domain}`;

async function answer(ctx: Koa.Context, requester: Requester, house: House, domain: HostDomain): Promise<void> {
  const asked = askedIn(new URLSearchParams(ctx.querystring), nameOf(requester));
  if (asked === null || !house.registry.knowsVerb(asked.method)) return refuse(ctx, 400, TAKES);
  // What is explained is what the account may do; a credential for less would hear of more than it reaches.
  if (requester.limit !== null) return refuse(ctx, 403, "an app password with limits cannot ask this");
  const mayKnow = requester.isAdmin || (await rulesOver(requester, asked.path, house, domain));
  try {
    const told = await explain(asked, house, domain);
    if (!mayKnow && told.who !== nameOf(requester)) return refuse(ctx, 403, NOT_YOURS);
    const isShut = told.answer === "hidden" || told.answer === "closed";
    ctx.set("Cache-Control", "no-store");
    ctx.body = isShut && !mayKnow ? unseen(told) : told;
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    // Who is unknown is for those to hear who may ask about others at all.
    refuse(ctx, mayKnow ? 404 : 403, mayKnow ? error.message : NOT_YOURS);
  }
}

const NOT_YOURS = "about others those may ask who set the rights there, and administrators";

function refuse(ctx: Koa.Context, status: number, reason: string): void {
  ctx.status = status;
  ctx.body = { error: reason };
}
