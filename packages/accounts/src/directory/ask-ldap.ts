import type { ConnectionOptions } from "node:tls";
import { Client } from "ldapts";
import { createLane } from "../lane.js";
import { DirectoryUnavailable } from "./directory.js";

export interface LdapServer {
  /** `ldap://HOST:PORT` or `ldaps://HOST:PORT`. */
  readonly url: string;
  /** Turns a plain connection into an encrypted one before anything is said. */
  readonly startTls: boolean;
  /** The certificate of a private authority, as PEM text. */
  readonly ca?: string;
  /** The account that searches; none = without a name. */
  readonly bindDn?: string;
  readonly bindPassword?: string;
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly onTrouble?: (error: Error) => void;
}

/** Does something on a connection of its own, on which the account that searches is bound. Throws `DirectoryUnavailable`. */
export type AskLdap = <T>(work: (client: Client) => Promise<T>) => Promise<T>;

const RETRY_SECONDS = 30;
/** After trouble the directory is left alone for so long. */
const REST_MS = 5_000;
const CONNECTIONS = 8;
const WAITING = 64;

const unavailable = (error: Error): DirectoryUnavailable =>
  new DirectoryUnavailable(`the directory cannot be asked: ${error.message}`, RETRY_SECONDS, { cause: error });

/** Binds the account that searches (RFC 4511 4.2). */
export const bindAsSearcher = (client: Client, { bindDn = "", bindPassword = "" }: LdapServer): Promise<void> =>
  client.bind(bindDn, bindPassword);

async function onConnection<T>(server: LdapServer, work: (client: Client) => Promise<T>): Promise<T> {
  const { url, timeoutMs: timeout } = server;
  const secure = url.startsWith("ldaps:");
  const tls: ConnectionOptions = server.ca === undefined ? {} : { ca: server.ca };
  const client = new Client({ url, timeout, connectTimeout: timeout, ...(secure ? { tlsOptions: tls } : {}) });
  try {
    if (!secure && server.startTls) await client.startTLS(tls);
    await bindAsSearcher(client, server);
    return await work(client);
  } finally {
    await client.unbind().catch(() => undefined);
  }
}

/** Asks a directory, on a few connections at a time. Whatever goes wrong is its trouble; a wrong password is no trouble. */
export function createAskLdap(server: LdapServer): AskLdap {
  const lane = createLane(CONNECTIONS, WAITING, () => unavailable(new Error("too many sign-ins wait for it")));
  let restsUntil = 0;

  return async (work) => {
    if (server.clock() < restsUntil) throw unavailable(new Error("it did not answer a moment ago"));
    try {
      return await lane(() => onConnection(server, work));
    } catch (error) {
      if (error instanceof DirectoryUnavailable) throw error;
      restsUntil = server.clock() + REST_MS;
      const cause = error instanceof Error ? error : new Error(String(error));
      server.onTrouble?.(cause);
      throw unavailable(cause);
    }
  };
}
