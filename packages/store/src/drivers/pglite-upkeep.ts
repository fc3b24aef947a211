import { faultOf } from "../errors.js";
import { raw, type Sql, sql } from "../sql.js";
import type { Log } from "./engine.js";
import { type Life, unlimited } from "./pglite-life.js";
import { asksToRun } from "./pglite-question.js";
import { encode } from "./values.js";

const EVERY_MS = 5 * 60_000;
/** Write-ahead log that may pile up before a checkpoint. */
const WAL_LIMIT = 32 * 2 ** 20;

interface WornTable {
  readonly name: string;
}

/** The counters are written out at most once a second unless asked. */
const FLUSH_COUNTERS = "select pg_stat_force_next_flush()";

/** Tables with many dead or new rows since they were last cleaned; nothing else cleans them in a single session. */
const wornTables = (atLeast: number): Sql => sql`
  select quote_ident(schemaname) || '.' || quote_ident(relname) as name from pg_stat_user_tables
  where n_dead_tup >= ${atLeast} + n_live_tup / 5 or n_mod_since_analyze >= ${atLeast} + n_live_tup / 5
  order by n_dead_tup desc`;

const vacuum = (table: WornTable): string => raw(`vacuum (analyze) ${table.name}`).text;

/** What PostgreSQL's background processes do elsewhere: here it is done in the one session, now and then. */
export interface Upkeep {
  /** Cleans tables that need it, and makes a checkpoint. */
  run(): Promise<void>;
  /** A checkpoint alone; only for whoever holds the session. */
  checkpoint(): Promise<void>;
  /** So many bytes of write-ahead log there are since the thread was opened; with many of them it runs at once. */
  wrote(walBytes: number): void;
  /** Another thread counts from zero. */
  begin(): void;
  start(): void;
  stop(): void;
}

export function makeUpkeep({ queue, thread, ask, runOn, isOpen }: Life, log: Log): Upkeep {
  let timer: NodeJS.Timeout | undefined;
  let written = 0;
  let checkpointed = 0;
  /** Counters do not survive a crash, so the first upkeep looks closer. */
  let tidied = false;
  let tending = false;

  async function checkpoint(): Promise<void> {
    await ask(thread(), asksToRun("checkpoint"), unlimited);
    checkpointed = written;
  }

  const run = (): Promise<void> =>
    queue.exclusive(async () => {
      const on = thread();
      await runOn(on)(FLUSH_COUNTERS, []);
      const worn = wornTables(tidied ? 500 : 50);
      const tables = (await runOn(on)(worn.text, worn.values.map(encode))) as readonly WornTable[];
      for (const table of tables) await ask(on, asksToRun(vacuum(table)), unlimited);
      await checkpoint();
      tidied = true;
    });

  function tidy(): void {
    if (tending || !isOpen()) return;
    tending = true;
    run()
      .catch((error: unknown) => log("upkeep failed", { error: faultOf(error).message }))
      .finally(() => {
        tending = false;
      });
  }

  return {
    run,
    checkpoint,
    wrote(walBytes) {
      written = walBytes;
      if (written - checkpointed > WAL_LIMIT) tidy();
    },
    begin() {
      written = 0;
      checkpointed = 0;
    },
    start() {
      timer = setInterval(tidy, EVERY_MS).unref();
    },
    stop: () => clearInterval(timer),
  };
}
