import { readFileSync } from "node:fs";
import Router from "@koa/router";
import type { House } from "../compose.js";

const startPage = readFileSync(new URL("./start-page.html", import.meta.url), "utf8");

/** The page a browser meets at the bare address: that the server runs, and what to type into a calendar program. */
export function pages(house: House): Router {
  const router = new Router({ methods: ["GET", "HEAD"] });
  router.get("/", (ctx) => {
    ctx.type = "text/html; charset=utf-8";
    ctx.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    ctx.body = startPage.replaceAll("{{base}}", escapeHtml(house.originOf(ctx.req).base));
  });
  return router;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
