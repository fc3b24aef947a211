import Router from "@koa/router";
import type { House } from "../compose.js";
import { signedIn } from "./signed-in.js";

/**
 * `GET /api/origin`: how a request looks from here, for whoever signs in: where the server believes to be, the host it was
 * asked under, whether a proxy says for whom it asks and is believed, and the names of the headers that arrived.
 */
export function originRoutes(house: House): Router {
  const router = new Router();
  router.get("/api/origin", (ctx) =>
    signedIn(ctx, house, async () => {
      const { base, host, address } = house.originOf(ctx.req);
      const said = ctx.get("x-forwarded-for");
      const forwarded = said !== "";
      const trusted = said.split(",").some((each) => each.trim() === address);
      ctx.body = { base, host, forwarded, trusted, headers: Object.keys(ctx.headers).sort() };
    }),
  );
  return router;
}
