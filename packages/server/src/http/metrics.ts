import Router from "@koa/router";
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { House } from "../compose.js";
import { type Figures, together } from "../metrics/figures.js";
import { sharedFigures } from "../metrics/own.js";
import { metricList } from "../metrics/table.js";
import { prometheusText, TEXT_FORMAT } from "../metrics/text.js";
import { readinessOf } from "./readiness.js";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Everybody's figures, as Prometheus reads them. */
export async function metricsPage(house: House, everybody: () => Promise<readonly Figures[]>): Promise<string> {
  const [own, shared] = await Promise.all([everybody(), sharedFigures(house)]);
  return prometheusText(together([...own, shared], metricList), metricList);
}

/** `/metrics` at the HTTP listener: for who brings the token of the settings; without one it is not there. */
export function metricsRoutes(house: House): Router {
  const router = new Router();
  const { token } = house.config.metrics;
  if (token === undefined) return router;
  const wanted = digest(`Bearer ${token}`);
  router.get("/metrics", async (ctx) => {
    ctx.set("Cache-Control", "no-store");
    if (!timingSafeEqual(digest(ctx.get("authorization")), wanted)) {
      ctx.status = 401;
      ctx.set("WWW-Authenticate", 'Bearer realm="metrics"');
      ctx.body = "the token of the setting metrics.token is needed\n";
      return;
    }
    ctx.body = await metricsPage(house, house.figures);
    ctx.set("Content-Type", TEXT_FORMAT);
  });
  return router;
}

/** A listener for who keeps watch: `/metrics`, `/healthz`, `/readyz` and nothing else, for whoever reaches it. */
export function createWatchListener(house: House, everybody: () => Promise<readonly Figures[]>): Server {
  const readiness = readinessOf(house);
  const pages: Readonly<Record<string, () => Promise<readonly [status: number, body: string]>>> = {
    "/healthz": async () => [200, "ok\n"],
    "/readyz": async () => {
      const reason = await readiness();
      return reason === null ? [200, "ready\n"] : [503, `not ready: ${reason}\n`];
    },
    "/metrics": async () => [200, await metricsPage(house, everybody)],
  };
  return createServer((request, response) => {
    const page = Object.hasOwn(pages, request.url ?? "") ? pages[request.url ?? ""] : undefined;
    const answer = page ? page() : Promise.resolve([404, "not found\n"] as const);
    answer.then(
      ([status, body]) => response.writeHead(status, { "Content-Type": TEXT_FORMAT }).end(body),
      (error: unknown) => {
        house.log.error({ err: error }, "figures cannot be told");
        response.writeHead(500).end();
      },
    );
  });
}
