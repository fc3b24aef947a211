import pg from "pg";
import type { Log } from "./engine.js";

type Hear = (payload: string) => void;

export interface Listener {
  listen(channel: string, fn: Hear): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const again = 2000;

/** LISTEN on a connection of its own, made at the first use and again whenever it is lost. */
export function makeListener(config: () => pg.ClientConfig, log: Log): Listener {
  const channels = new Map<string, Set<Hear>>();
  let client: Promise<pg.Client> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const connect = async (): Promise<pg.Client> => {
    const made = new pg.Client({ ...config(), statement_timeout: 0 });
    made.on("notification", ({ channel, payload }) => {
      for (const fn of channels.get(channel) ?? []) fn(payload ?? "");
    });
    made.on("error", (error) => log("listening connection lost", { error: error.message }));
    made.on("end", lost);
    await made.connect();
    for (const channel of channels.keys()) await made.query(`listen ${pg.escapeIdentifier(channel)}`);
    return made;
  };

  const connected = (): Promise<pg.Client> => {
    client ??= connect().catch((error: unknown) => {
      lost();
      throw error;
    });
    return client;
  };

  function lost(): void {
    client = undefined;
    if (closed || channels.size === 0 || timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      connected().catch((error: unknown) => log("cannot listen", { error: String(error) }));
    }, again);
    timer.unref();
  }

  const forget = async (channel: string, fn: Hear): Promise<void> => {
    const hearing = channels.get(channel);
    hearing?.delete(fn);
    if (!hearing || hearing.size > 0 || !channels.delete(channel) || !client) return;
    await (await client).query(`unlisten ${pg.escapeIdentifier(channel)}`);
  };

  return {
    async listen(channel, fn) {
      const hearing = channels.get(channel) ?? new Set<Hear>();
      channels.set(channel, hearing.add(fn));
      await (await connected()).query(`listen ${pg.escapeIdentifier(channel)}`);
      return () => forget(channel, fn);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      const made = await client?.catch(() => undefined);
      await made?.end();
    },
  };
}
