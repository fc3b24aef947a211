import Router from "@koa/router";
import type { House } from "../compose.js";

/** `/healthz`: the process lives. `/readyz`: it serves, which takes the database (200, else 503). */
export function healthRoutes(house: House): Router {
  const router = new Router();
  router.get("/healthz", (ctx) => {
    ctx.body = "ok\n";
  });
  router.get("/readyz", async (ctx) => {
    const ready = house.ready() && (await house.services.db.health().catch(() => ({ ok: false }))).ok;
    ctx.status = ready ? 200 : 503;
    if (!ready) ctx.set("Retry-After", "2");
    ctx.body = ready ? "ready\n" : "not ready\n";
  });
  return router;
}
