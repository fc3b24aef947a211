import Router from "@koa/router";
import type { House } from "../compose.js";
import { readinessOf } from "./readiness.js";

/** `/healthz`: the process lives. `/readyz`: it serves, which takes the database (200, else 503 with the reason). */
export function healthRoutes(house: House): Router {
  const router = new Router();
  const readiness = readinessOf(house);
  router.get("/healthz", (ctx) => {
    ctx.body = "ok\n";
  });
  router.get("/readyz", async (ctx) => {
    const reason = await readiness();
    ctx.status = reason === null ? 200 : 503;
    if (reason !== null) ctx.set("Retry-After", "2");
    ctx.body = reason === null ? "ready\n" : `not ready: ${reason}\n`;
  });
  return router;
}
