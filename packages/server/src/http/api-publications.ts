import { withdraw } from "@kalends/calendardata";
import { ownMailbox } from "@kalends/dav-core";
import Router from "@koa/router";
import { publishedBy } from "../admin/commands/publishing.js";
import type { House } from "../compose.js";
import { refuseJson, signedIn } from "./signed-in.js";

/** `/api/publications`: what the one who asks has published; DELETE of a name ends that publication. */
export function publicationRoutes(house: House): Router {
  const { db } = house.services;
  const router = new Router();
  router.get("/api/publications", (ctx) =>
    signedIn(ctx, house, async ({ id }) => {
      ctx.body = await publishedBy(id, db);
    }),
  );
  router.delete("/api/publications/:name", (ctx) =>
    signedIn(ctx, house, async ({ id }) => {
      const mailbox = await ownMailbox(id, [ctx.params["name"] ?? ""], db);
      const isMine = mailbox?.collection.owner.id === id;
      if (!mailbox || !isMine || !(await withdraw(mailbox.collection, db))) {
        return refuseJson(ctx, 404, "you have published no calendar of this name");
      }
      ctx.status = 204;
    }),
  );
  return router;
}
