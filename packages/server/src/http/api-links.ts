import type { CollectionResource, Requester } from "@kalends/dav-core";
import type { Database } from "@kalends/store";
import Router from "@koa/router";
import type Koa from "koa";
import type { House } from "../compose.js";
import { endLink, linkWish, listLinks, makeLink, wishFault } from "../links.js";
import { ownCalendar } from "./own-calendar.js";
import { doerOf, jsonOf, refuseJson, signedIn } from "./signed-in.js";

/** Calendars the asker owns, by name; the name of the first that is none. */
async function owned(
  names: readonly string[],
  by: Requester,
  db: Database,
): Promise<{ readonly mailboxes: readonly CollectionResource[]; readonly missing: string | null }> {
  const mailboxes: CollectionResource[] = [];
  for (const name of names) {
    const mailbox = await ownCalendar(name, by, db);
    if (!mailbox) return { mailboxes, missing: name };
    mailboxes.push(mailbox);
  }
  return { mailboxes, missing: null };
}

async function make(ctx: Koa.Context, by: Requester, house: House): Promise<void> {
  if (!ctx.is("application/json")) return refuseJson(ctx, 415, "the body must be application/json");
  const wish = linkWish.safeParse(await jsonOf(ctx));
  if (!wish.success) return refuseJson(ctx, 400, wishFault(wish.error));
  const { db } = house.services;
  const { mailboxes, missing } = await owned(wish.data.calendars, by, db);
  if (missing !== null) return refuseJson(ctx, 404, `you have no calendar "${missing}"`);
  ctx.status = 201;
  ctx.body = await makeLink(mailboxes, wish.data, house.originOf(ctx.req).base, db, doerOf(ctx, by, house));
}

/** `/api/links`: the links of the one who asks. POST tells the secret, once; DELETE of a number revokes. */
export function linkRoutes(house: House): Router {
  const { db, clock } = house.services;
  const router = new Router();
  router.get("/api/links", (ctx) =>
    signedIn(ctx, house, async ({ id }) => {
      ctx.body = { links: await listLinks(id, db, clock()) };
    }),
  );
  router.post("/api/links", (ctx) => signedIn(ctx, house, (by) => make(ctx, by, house)));
  router.delete("/api/links/:id", (ctx) =>
    signedIn(ctx, house, async (by) => {
      const id = /^\d{1,15}$/.exec(ctx.params["id"] ?? "")?.[0];
      const isRevoked = id !== undefined && (await endLink(Number(id), by.id, db, doerOf(ctx, by, house)));
      if (!isRevoked) return refuseJson(ctx, 404, "you have no such link that is still open");
      ctx.status = 204;
    }),
  );
  return router;
}
