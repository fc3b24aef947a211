import { randomUUID } from "node:crypto";
import Koa from "koa";
import type { House } from "../compose.js";
import { answerDav } from "./dav.js";
import { answerFault } from "./faults.js";
import { explainRoutes } from "./api-explain.js";
import { linkRoutes } from "./api-links.js";
import { publicationRoutes } from "./api-publications.js";
import { shareRoutes } from "./api-shares.js";
import { feeds } from "./feeds.js";
import { healthRoutes } from "./health.js";
import { accessLog } from "./log.js";
import { pages } from "./pages.js";
import { redirects } from "./redirects.js";
import { timezones } from "./timezones.js";

/** The HTTP application: fixed routes first, every other path belongs to WebDAV and the whole-file realms. */
export function createApp(house: House): Koa {
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx, next) => {
    ctx.state.requestId = randomUUID();
    // What people store is never to be taken for a page.
    ctx.set("X-Content-Type-Options", "nosniff");
    await next();
  });
  app.use(accessLog(house.log));
  app.use(async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      answerFault(ctx, error, house.log);
    }
  });
  app.use(redirects(house.config));
  app.use(healthRoutes(house).routes());
  app.use(timezones(process.versions.tz ?? "unknown"));
  app.use(explainRoutes(house).routes());
  app.use(linkRoutes(house).routes());
  app.use(feeds(house));
  app.use(publicationRoutes(house).routes());
  app.use(shareRoutes(house).routes());
  app.use(pages(house).routes());
  app.use((ctx) => answerDav(ctx, house));
  return app;
}
