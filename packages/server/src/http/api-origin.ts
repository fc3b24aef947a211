import Router from "@koa/router";
import type { House } from "../compose.js";
import { signedIn } from "./signed-in.js";

/** Headers by which proxies say for whom they ask. */
const SAYERS = ["x-forwarded-for", "forwarded"];

/**
 * `GET /api/origin`: how a request looks from here, for whoever signs in: where the server believes to be, the host it was
 * asked under, the address it takes for the client's, whether a proxy says for whom it asks and is believed, and the names of the
 * headers that arrived.
 */
export function originRoutes(house: House): Router {
  const router = new Router();
  router.get("/api/origin", (ctx) =>
    signedIn(ctx, house, async () => {
      const { base, host, address, relayed: trusted } = house.originOf(ctx.req);
      const forwarded = SAYERS.some((name) => ctx.get(name) !== "");
      ctx.body = { base, host, address, forwarded, trusted, headers: Object.keys(ctx.headers).sort() };
    }),
  );
  return router;
}
