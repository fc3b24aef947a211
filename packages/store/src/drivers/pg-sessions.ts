import pg from "pg";
import { StoreUnavailable } from "../errors.js";
import type { Sessions as Load } from "../database.js";
import type { Log } from "./engine.js";
import type { Hosts } from "./pg-hosts.js";
import type { Columns } from "./pg-rows.js";
import type { Session } from "./pg-statement.js";
import { wireOf } from "./pg-wire.js";

/** A bounded number of connections, each lent to one at a time. */
export interface Sessions {
  /** One that is free, or undefined: then `wait`. */
  free(): Session | undefined;
  /** A new connection while there may be more, else the next that is given back, within the time for connecting. */
  wait(): Promise<Session>;
  /** Gives it back; one that is broken is closed. */
  release(session: Session, broken?: boolean): void;
  /** Has everything prepared anew, on every connection. */
  forgetPrepared(): void;
  /** How many are lent and idle, and who waits. */
  load(): Load;
  /** Ends all, those that are lent as soon as they are given back. */
  end(): Promise<void>;
}

/** How connections are made. */
export interface Connecting {
  readonly hosts: Pick<Hosts, "current" | "failed" | "count">;
  config(url: string): pg.ClientConfig;
  /** Throws where the server found is of no use. */
  check(client: pg.Client): Promise<void>;
}

export interface SessionLimits {
  readonly most: number;
  /** Milliseconds to wait for one that is given back. */
  readonly patience: number;
  /** How many may wait for one at a time; whoever comes then is refused. */
  readonly waiting: number;
  /** Milliseconds after which a statement is given up of which the server says nothing; at most two seconds more. */
  readonly silence: number;
  /** Milliseconds after which a connection nobody needed is closed; at most twice as many. */
  readonly rest: number;
}

interface Held extends Session {
  lent: boolean;
  lost: boolean;
  /** Whether a round went by since it was last used. */
  rested: boolean;
  /** The statement that ran at the last look, and for how many looks it has. */
  seen: unknown;
  looks: number;
}

interface Waiting {
  readonly take: (held: Held) => void;
  readonly refuse: (error: Error) => void;
}

const FRESH = { unhurried: false, lent: true, lost: false, rested: false, seen: null, looks: 0 };

/** How often statements are looked at that may hang. */
const LOOK_MS = 1_000;

/** The stream is there, which its types do not say. */
const cut = ({ client }: Session): void =>
  void (client as unknown as { connection: pg.Connection }).connection.stream.destroy();

const over = () => new Error("Cannot use a pool after calling end on the pool");

/** Connections to PostgreSQL. The one used last is lent first, so that few are kept when little is asked. */
export function makeSessions(how: Connecting, limits: SessionLimits, log: Log): Sessions {
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

  const connectTo = async (url: string): Promise<Held> => {
    const client = new pg.Client(how.config(url));
    const lose = () => {
      held.lost = true;
    };
    const held: Held = { client, wire: wireOf<Columns>(client), lose, ...FRESH };
    client.on("error", (error) => {
      lose();
      if (held.lent || !all.has(held)) return;
      log("idle connection lost", { error: error.message });
      forget(held);
    });
    try {
      await client.connect();
      await how.check(client);
      return held;
    } catch (error) {
      client.end().catch(() => undefined);
      const late = error instanceof Error && error.message === "timeout expired";
      throw late ? new Error("Connection terminated due to connection timeout", { cause: error }) : error;
    }
  };

  /** To the host that serves; where it does not, every other is tried once. */
  const connect = async (): Promise<Held> => {
    connecting += 1;
    try {
      for (let tries = 1; ; tries += 1) {
        const url = how.hosts.current();
        try {
          const held = await connectTo(url);
          all.add(held);
          return held;
        } catch (error) {
          how.hosts.failed(url);
          if (tries >= how.hosts.count) throw error;
        }
      }
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

  /** A server that hangs ends no statement by itself: its connections are cut, which fails what runs on them. */
  const look = setInterval(() => {
    for (const held of all) {
      const { taker } = held.wire;
      held.looks = taker !== null && taker === held.seen ? held.looks + 1 : 0;
      held.seen = taker;
      if (held.looks * LOOK_MS > limits.silence && !held.unhurried) cut(held);
    }
  }, LOOK_MS);
  look.unref();

  return {
    free() {
      const held = end === undefined ? idle.pop() : undefined;
      if (held) held.lent = true;
      return held;
    },
    wait() {
      if (end !== undefined) return Promise.reject(over());
      if (queue.length < limits.waiting) return inTurn();
      return Promise.reject(new StoreUnavailable("too many requests wait for the database"));
    },
    release(session, broken = false) {
      const held = session as Held;
      held.rested = false;
      held.unhurried = false;
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
    forgetPrepared() {
      for (const { wire } of all) wire.prepared.clear();
    },
    load: () => ({ inUse: all.size - idle.length, idle: idle.length, waiting: queue.length }),
    end() {
      end ??= new Promise<void>((resolve) => {
        ended = resolve;
      });
      clearInterval(round);
      clearInterval(look);
      for (const waiting of queue.splice(0)) waiting.refuse(over());
      for (const held of [...idle]) forget(held);
      settle();
      return end;
    },
  };
}
