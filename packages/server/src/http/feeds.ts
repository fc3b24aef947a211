import { answerFeed, countUses, isFeedPath, secretIn } from "@kalends/calendardata";
import { sendReply } from "@kalends/dav-core";
import type Koa from "koa";
import type { House } from "../compose.js";
import { deadlineOf } from "./deadline.js";
import { openExchange } from "./exchange.js";
import { noteBroken } from "./faults.js";
import { takeOver } from "./koa-call.js";
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
    const origin = house.originOf(ctx.req);
    const call = takeOver(ctx);
    if (!admitVisitor(call, house, origin.address)) return;
    const domain = await house.hosts.domainOf(origin.host);
    const deadline = deadlineOf(call, house);
    const cx = openExchange(call, { house, origin, domain, by: null, deadline, db });
    try {
      const reply = await answerFeed(secretIn(ctx.path), cx, house.registry, used);
      await send(call, sendReply(reply, cx), deadline, (error) => noteBroken(call, error, house.log));
    } catch (error) {
      deadline.pause();
      throw error;
    }
  };
}
