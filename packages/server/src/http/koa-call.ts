import type Koa from "koa";
import { type Call, type CallState, pathOf } from "./call.js";
import { sendWhole, type WholeReply } from "./send.js";

/** A request of the router as the rest of the server knows it. */
export const callOf = (ctx: Koa.Context): Call => ({
  request: ctx.req,
  response: ctx.res,
  path: pathOf(ctx.req),
  state: ctx.state as CallState,
});

/** The same for whoever answers it himself: Koa does not any more. */
export function takeOver(ctx: Koa.Context): Call {
  ctx.respond = false;
  return callOf(ctx);
}

/** Answers a request of the router with what is at hand. */
export const answerWith = (ctx: Koa.Context, reply: WholeReply): void => sendWhole(takeOver(ctx), reply);
