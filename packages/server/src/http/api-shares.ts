import { DirectoryError, principalNamed } from "@kalends/accounts";
import type { Requester } from "@kalends/dav-core";
import Router from "@koa/router";
import type Koa from "koa";
import { z } from "zod";
import type { House } from "../compose.js";
import { wishFault } from "../links.js";
import { listShares, SHARE_LEVELS, type ShareLevel, setShare } from "../shares.js";
import { ownCalendar } from "./own-calendar.js";
import { doerOf, jsonOf, refuseJson, signedIn } from "./signed-in.js";

const wish = z.strictObject({
  calendar: z.string().min(1),
  /** An account or group, of the own domain where none is said. */
  who: z.string().min(1).max(500),
  level: z.enum(SHARE_LEVELS),
});

async function named(who: string, by: Requester, { services }: House) {
  try {
    return await principalNamed(services.db, who, by.domain);
  } catch (error) {
    if (error instanceof DirectoryError) return undefined;
    throw error;
  }
}

interface Asked {
  readonly calendar: string;
  readonly who: string;
  readonly level: ShareLevel | null;
}

/** Shares, or no longer; answers itself where that cannot be. */
async function share(ctx: Koa.Context, { calendar, who, level }: Asked, by: Requester, house: House): Promise<void> {
  const { db } = house.services;
  const mailbox = await ownCalendar(calendar, by, db);
  if (!mailbox) return refuseJson(ctx, 404, `you have no calendar "${calendar}"`);
  const sharee = await named(who, by, house);
  if (!sharee) return refuseJson(ctx, 404, `there is no account "${who}"`);
  if (sharee.id === by.id) return refuseJson(ctx, 409, "the calendar is yours already");
  const refusal = await setShare({ mailbox, who: sharee, level }, db, doerOf(ctx, by, house), by.isAdmin);
  if (refusal !== null) return refuseJson(ctx, 403, refusal);
  ctx.status = 204;
}

/** `/api/shares`: what the one who asks shares with other accounts. POST shares, DELETE of a calendar and account ends it. */
export function shareRoutes(house: House): Router {
  const router = new Router();
  router.get("/api/shares", (ctx) =>
    signedIn(ctx, house, async ({ id }) => {
      ctx.body = { shares: await listShares(id, house.services.db) };
    }),
  );
  router.post("/api/shares", (ctx) =>
    signedIn(ctx, house, async (by) => {
      if (!ctx.is("application/json")) return refuseJson(ctx, 415, "the body must be application/json");
      const wanted = wish.safeParse(await jsonOf(ctx));
      if (!wanted.success) return refuseJson(ctx, 400, wishFault(wanted.error));
      await share(ctx, wanted.data, by, house);
    }),
  );
  router.delete("/api/shares/:calendar/:who", (ctx) =>
    signedIn(ctx, house, (by) => {
      const { calendar = "", who = "" } = ctx.params;
      return share(ctx, { calendar, who, level: null }, by, house);
    }),
  );
  return router;
}
