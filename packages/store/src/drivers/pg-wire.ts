import { EventEmitter } from "node:events";
import type pg from "pg";

/** Takes the rows of the statement that runs, straight from the octets. */
export interface RowTaker {
  row(octets: Buffer, start: number): void;
}

/** What is known of a connection: what was prepared on it, by name, and who takes the rows now. */
export interface Wire<Prepared> {
  readonly prepared: Map<string, Prepared>;
  taker: RowTaker | null;
}

const HEADER = 5;
const DATA_ROW = 0x44;
/** ParseComplete, BindComplete, CloseComplete, NoData, CommandComplete: nothing follows from them here. */
const UNTOLD: ReadonlySet<number> = new Set([0x31, 0x32, 0x33, 0x6e, 0x43]);

/** Cuts what arrives into messages and hands each piece on as soon as whole messages are there. */
function cutter(whole: (octets: Buffer) => number): (chunk: Buffer) => void {
  let kept = Buffer.alloc(0);
  let filled = 0;

  const keep = (rest: Buffer): void => {
    const needed = rest.length < HEADER ? HEADER : 1 + rest.readInt32BE(1);
    kept = Buffer.allocUnsafe(needed);
    filled = rest.copy(kept);
  };

  return (chunk) => {
    let rest = chunk;
    while (filled > 0) {
      const taken = rest.copy(kept, filled);
      filled += taken;
      if (filled < kept.length) return;
      rest = rest.subarray(taken);
      const piece = kept;
      filled = 0;
      if (whole(piece) < piece.length) keep(piece);
    }
    const end = whole(rest);
    if (end < rest.length) keep(rest.subarray(end));
  };
}

/**
 * Lets rows of a connection's statements be taken as octets, beside `pg`, which makes a text of each cell: what is not
 * for the taker goes to `pg` as ever. To be called before the client connects.
 */
export function wireOf<Prepared>(client: pg.Client): Wire<Prepared> {
  const wire: Wire<Prepared> = { prepared: new Map(), taker: null };
  const { connection } = client as unknown as {
    readonly connection: { attachListeners: (stream: EventEmitter) => void };
  };
  const attach = connection.attachListeners.bind(connection);
  connection.attachListeners = (stream) => {
    const others = new EventEmitter();
    attach(others);

    const whole = (octets: Buffer): number => {
      let at = 0;
      let told = 0;
      while (at + HEADER <= octets.length) {
        const end = at + 1 + octets.readInt32BE(at + 1);
        if (end > octets.length) break;
        const letter = octets[at] ?? 0;
        const { taker } = wire;
        if (taker !== null && (letter === DATA_ROW || UNTOLD.has(letter))) {
          if (told < at) others.emit("data", octets.subarray(told, at));
          if (letter === DATA_ROW) taker.row(octets, at + HEADER);
          told = end;
        }
        at = end;
      }
      if (told < at) others.emit("data", octets.subarray(told, at));
      return at;
    };
    stream.on("data", cutter(whole));
    stream.on("end", () => others.emit("end"));
  };
  return wire;
}
