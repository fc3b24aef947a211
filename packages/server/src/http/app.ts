import { realms } from "@kalends/calendardata";
import { countingStatements } from "@kalends/store";
import type { IncomingMessage, ServerResponse } from "node:http";
import Koa from "koa";
import type { House } from "../compose.js";
import { originRoutes } from "./api-origin.js";
import { explainRoutes } from "./api-explain.js";
import { linkRoutes } from "./api-links.js";
import { publicationRoutes } from "./api-publications.js";
import { shareRoutes } from "./api-shares.js";
import { type CallState, openCall } from "./call.js";
import { answerDav } from "./dav.js";
import { answerFault } from "./faults.js";
import { feeds } from "./feeds.js";
import { healthRoutes } from "./health.js";
import { callOf, takeOver } from "./koa-call.js";
import { logged } from "./log.js";
import { metricsRoutes } from "./metrics.js";
import { pages } from "./pages.js";
import { redirects } from "./redirects.js";
import { createTrust } from "./proxies.js";
import { REQUEST_ID } from "./request-id.js";
import { NOSNIFF } from "./send.js";
import { timezones } from "./timezones.js";

/**
 * Answers every request: what lies under a root of WebDAV or of whole files at once, everything else by way of the
 * routes, whose last one it is again.
 */
export function createApp(house: House): (request: IncomingMessage, response: ServerResponse) => void {
  const states = new WeakMap<IncomingMessage, CallState>();
  const routes = createRoutes(house, states).callback();
  const roots = davRoots(house);
  const trusts = createTrust(house.config.trustProxy) ?? (() => false);
  return (request, response) => {
    const call = openCall(request, response, trusts);
    const isRouted = !roots.has(firstName(call.path));
    // Who keeps watch is not what is watched.
    if (!isRouted || !WATCHED.has(call.path)) house.requests.begin(call);
    if (isRouted) {
      states.set(request, call.state);
      return void routes(request, response);
    }
    void logged(call, house.log, (each) => answerDav(each, house)).catch((error: unknown) =>
      answerFault(call, error, house.log),
    );
  };
}

const WATCHED: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics"]);

/** The first names of the paths that no route below looks at. */
function davRoots({ registry }: House): ReadonlySet<string> {
  const roots = [...registry.mailboxRoots, ...registry.areaRoots, ...realms.map(({ path }) => path), "/principals/"];
  return new Set(roots.map(firstName));
}

function firstName(path: string): string {
  const end = path.indexOf("/", 1);
  return end < 0 ? path.slice(1) : path.slice(1, end);
}

/** Fixed routes first; every other path belongs to WebDAV and the whole-file realms. */
function createRoutes(house: House, states: WeakMap<IncomingMessage, CallState>): Koa {
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx, next) => {
    const state = states.get(ctx.req);
    if (state) ctx.state = state;
    ctx.set({ ...NOSNIFF, [REQUEST_ID]: (ctx.state as CallState).requestId });
    await next();
  });
  app.use((ctx, next) => logged(callOf(ctx), house.log, () => countingStatements(next)));
  app.use(async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      answerFault(takeOver(ctx), error, house.log);
    }
  });
  app.use(redirects(house.originOf));
  app.use(healthRoutes(house).routes());
  app.use(metricsRoutes(house).routes());
  app.use(timezones(process.versions.tz ?? "unknown"));
  app.use(explainRoutes(house).routes());
  app.use(originRoutes(house).routes());
  app.use(linkRoutes(house).routes());
  app.use(feeds(house));
  app.use(publicationRoutes(house).routes());
  app.use(shareRoutes(house).routes());
  app.use(pages(house).routes());
  app.use(async (ctx) => void (await answerDav(takeOver(ctx), house)));
  return app;
}
