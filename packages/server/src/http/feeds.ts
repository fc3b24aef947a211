import { answerFeed, countUses, isFeedPath, secretIn } from "@kalends/calendardata";
import { sendReply } from "@kalends/dav-core";
import type Koa from "koa";
import type { House } from "../compose.js";
import { startDeadline } from "./deadline.js";
import { openExchange } from "./exchange.js";
import { originOf } from "./origin.js";
import { send } from "./send.js";
import { admitVisitor } from "./visitors.js";

const ALLOW = "GET, HEAD, OPTIONS";

/** `/feeds/<secret>.ics`: capability links, which need no sign-in and look at none. */
export function feeds(house: House): Koa.Middleware {
  const { db, clock } = house.services;
  const used = countUses(db, clock);
  return async (ctx, next) => {
    if (!isFeedPath(ctx.path)) return next();
    ctx.set("Allow", ALLOW);
    if (!ALLOW.split(", ").includes(ctx.method)) return void (ctx.status = 405);
    if (ctx.method === "OPTIONS") return void (ctx.status = 204);
    const origin = originOf(ctx.req, house.config);
    if (!admitVisitor(ctx, house, origin.address)) return;
    const domain = await house.hosts.domainOf(origin.host);
    const deadline = startDeadline(house.services.limits.requestDeadline);
    ctx.res.once("close", deadline.leave);
    const cx = openExchange(ctx.req, { house, origin, domain, by: null, deadline });
    try {
      send(ctx, sendReply(await answerFeed(secretIn(ctx.path), cx, house.registry, used), cx), deadline);
    } catch (error) {
      deadline.pause();
      throw error;
    }
  };
}
