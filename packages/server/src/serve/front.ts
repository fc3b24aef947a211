import type { House } from "../compose.js";
import { openListener } from "../http/listener.js";
import { createRedirector } from "../http/redirector.js";
import { drain } from "./drain.js";
import { listenHttp } from "./listen.js";

/** What answers HTTP in this process. */
export interface Front {
  /** Where it answers, for example `http://127.0.0.1:8100`. */
  readonly base: string;
  /** Reads what may have been renewed: the certificate. */
  renew(): void;
  /** Finishes what is open; `replaced` as for `drain`. */
  stop(replaced: boolean): Promise<void>;
}

/** Opens the listeners of a house: the one that serves, and the one that leads from plain HTTP to https. */
export async function openFront(house: House): Promise<Front> {
  const { listen, tls } = house.config;
  const { server, scheme, renew, endHandshakes } = openListener(house);
  const base = await listenHttp(server, listen, scheme);
  const redirector = tls.redirectFrom === "" ? null : createRedirector(house, Number(new URL(base).port || 443));
  if (redirector) await listenHttp(redirector, tls.redirectFrom, "http", "KALENDS_TLS_REDIRECT_FROM");
  return {
    base,
    renew,
    async stop(replaced) {
      await Promise.all([drain(server, { replaced, endHandshakes }), redirector && drain(redirector, { replaced })]);
    },
  };
}
