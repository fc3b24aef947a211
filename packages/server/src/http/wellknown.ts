import Router from "@koa/router";
import type { Config } from "../config/schema.js";
import { originOf } from "./origin.js";

const methods = ["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT", "POST", "PUT"];

/** `/.well-known/caldav` and `carddav`: 301 to the root, without sign-in, for every method (RFC 6764 §5, DSC-01). */
export function wellKnown(config: Config): Router {
  const router = new Router({ methods });
  router.register(["/.well-known/caldav", "/.well-known/carddav"], methods, (ctx) => {
    ctx.status = 301;
    ctx.set("Location", `${originOf(ctx.req, config).base}/`);
    ctx.set("Cache-Control", "max-age=3600");
    ctx.body = "";
  });
  return router;
}
