import pg from "pg";
import type { Sessions as Load } from "../database.js";
import type { Log } from "./engine.js";
import type { Columns, Session } from "./pg-statement.js";
import { wireOf } from "./pg-wire.js";

/** A bounded number of connections, each lent to one at a time. */
export interface Sessions {
  /** One that is free, or undefined: then `wait`. */
  free(): Session | undefined;
  /** A new connection while there may be more, else the next that is given back, within the time for connecting. */
  wait(): Promise<Session>;
  /** Gives it back; one that is broken is closed. */
  release(session: Session, broken?: boolean): void;
  /** How many are lent and idle, and who waits. */
  load(): Load;
  /** Ends all, those that are lent as soon as they are given back. */
  end(): Promise<void>;
}

export interface SessionLimits {
  readonly most: number;
  /** Milliseconds to wait for one that is given back. */
  readonly patience: number;
  /** Milliseconds after which a connection nobody needed is closed; at most twice as many. */
  readonly rest: number;
}

interface Held extends Session {
  lent: boolean;
  lost: boolean;
  /** Whether a round went by since it was last used. */
  rested: boolean;
}

interface Waiting {
  readonly take: (held: Held) => void;
  readonly refuse: (error: Error) => void;
}

const over = () => new Error("Cannot use a pool after calling end on the pool");

/** Connections to PostgreSQL. The one used last is lent first, so that few are kept when little is asked. */
export function makeSessions(config: pg.ClientConfig, limits: SessionLimits, log: Log): Sessions {
  const all = new Set<Held>();
  const idle: Held[] = [];
  const queue: Waiting[] = [];
  /** Connections that are being made or closed. */
  let [connecting, closing] = [0, 0];
  let ended: (() => void) | undefined;
  let end: Promise<void> | undefined;

  const settle = (): void => {
    if (end === undefined) void serveNext();
    else if (all.size + connecting + closing === 0) ended?.();
  };

  const forget = (held: Held): void => {
    all.delete(held);
    const at = idle.indexOf(held);
    if (at >= 0) idle.splice(at, 1);
    closing += 1;
    const closed = () => {
      closing -= 1;
      settle();
    };
    held.client.end().then(closed, closed);
    settle();
  };

  const connect = async (): Promise<Held> => {
    const client = new pg.Client(config);
    const lose = () => {
      held.lost = true;
    };
    const held: Held = { client, wire: wireOf<Columns>(client), lose, lent: true, lost: false, rested: false };
    client.on("error", (error) => {
      lose();
      if (held.lent || !all.has(held)) return;
      log("idle connection lost", { error: error.message });
      forget(held);
    });
    connecting += 1;
    try {
      await client.connect();
      all.add(held);
      return held;
    } catch (error) {
      client.end().catch(() => undefined);
      const late = error instanceof Error && error.message === "timeout expired";
      throw late ? new Error("Connection terminated due to connection timeout", { cause: error }) : error;
    } finally {
      connecting -= 1;
    }
  };

  /** A place became free without a connection: the first who waits gets a new one. */
  async function serveNext(): Promise<void> {
    if (end !== undefined || all.size + connecting >= limits.most) return;
    const next = queue.shift();
    if (next === undefined) return;
    try {
      next.take(await connect());
    } catch (error) {
      next.refuse(error instanceof Error ? error : new Error(String(error)));
      settle();
    }
  }

  const inTurn = (): Promise<Held> =>
    new Promise((resolve, reject) => {
      const waiting: Waiting = {
        take(held) {
          clearTimeout(timer);
          resolve(held);
        },
        refuse(error) {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        const at = queue.indexOf(waiting);
        if (at < 0) return;
        queue.splice(at, 1);
        reject(new Error("timeout exceeded when trying to connect"));
      }, limits.patience);
      queue.push(waiting);
      void serveNext();
    });

  const round = setInterval(() => {
    for (const held of [...idle]) {
      if (held.rested) forget(held);
      else held.rested = true;
    }
  }, limits.rest);
  round.unref();

  return {
    free() {
      const held = end === undefined ? idle.pop() : undefined;
      if (held) held.lent = true;
      return held;
    },
    wait: () => (end === undefined ? inTurn() : Promise.reject(over())),
    release(session, broken = false) {
      const held = session as Held;
      held.rested = false;
      if (broken || held.lost || end !== undefined) {
        forget(held);
        return;
      }
      const next = queue.shift();
      if (next !== undefined) {
        next.take(held);
        return;
      }
      held.lent = false;
      idle.push(held);
    },
    load: () => ({ inUse: all.size - idle.length, idle: idle.length, waiting: queue.length }),
    end() {
      end ??= new Promise<void>((resolve) => {
        ended = resolve;
      });
      clearInterval(round);
      for (const waiting of queue.splice(0)) waiting.refuse(over());
      for (const held of [...idle]) forget(held);
      settle();
      return end;
    },
  };
}
