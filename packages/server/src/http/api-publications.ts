import { publish, withdraw } from "@kalends/calendardata";
import type { Requester } from "@kalends/dav-core";
import Router from "@koa/router";
import type Koa from "koa";
import { z } from "zod";
import { publishedBy, viewWish } from "../admin/commands/publishing.js";
import type { House } from "../compose.js";
import { wishFault } from "../links.js";
import { ownCalendar } from "./own-calendar.js";
import { doerOf, jsonOf, refuseJson, signedIn } from "./signed-in.js";

const wish = viewWish.extend({ calendar: z.string().min(1) });

async function add(ctx: Koa.Context, by: Requester, house: House): Promise<void> {
  if (!ctx.is("application/json")) return refuseJson(ctx, 415, "the body must be application/json");
  const wanted = wish.safeParse(await jsonOf(ctx));
  if (!wanted.success) return refuseJson(ctx, 400, wishFault(wanted.error));
  const { calendar, ...view } = wanted.data;
  const { db } = house.services;
  const mailbox = await ownCalendar(calendar, by, db);
  if (!mailbox) return refuseJson(ctx, 404, `you have no calendar "${calendar}"`);
  await publish(mailbox, view, db, doerOf(ctx, by, house));
  ctx.body = await publishedBy(by, house.originOf(ctx.req).base, db);
}

/**
 * `/api/publications`: what the one who asks has published. POST publishes a calendar or shows another part of it; DELETE of
 * a name ends that publication.
 */
export function publicationRoutes(house: House): Router {
  const { db } = house.services;
  const router = new Router();
  router.get("/api/publications", (ctx) =>
    signedIn(ctx, house, async (by) => {
      ctx.body = await publishedBy(by, house.originOf(ctx.req).base, db);
    }),
  );
  router.post("/api/publications", (ctx) => signedIn(ctx, house, (by) => add(ctx, by, house)));
  router.delete("/api/publications/:name", (ctx) =>
    signedIn(ctx, house, async (by) => {
      const mailbox = await ownCalendar(ctx.params["name"] ?? "", by, db);
      if (!mailbox || !(await withdraw(mailbox, db, doerOf(ctx, by, house)))) {
        return refuseJson(ctx, 404, "you have published no calendar of this name");
      }
      ctx.status = 204;
    }),
  );
  return router;
}
