import type pg from "pg";
import type { OctetRows } from "../octet-rows.js";
import { again, anew, type CellForm } from "./pg-messages.js";
import type { RowTaker, Wire } from "./pg-wire.js";
import { cellDecoderOf, type DecodeCell, type Param } from "./values.js";

export interface Column {
  readonly name: string;
  readonly decode: DecodeCell;
}
export type Columns = readonly Column[];

export interface Asked {
  readonly text: string;
  /** Under which it is prepared; none for what is not run often. */
  readonly name: string | undefined;
  readonly values: readonly Param[];
}

interface Reader<R> {
  readonly form: CellForm;
  row(octets: Buffer, start: number, columns: Columns): void;
  rows(): R;
}

/** Rows as objects, their cells decoded by type. */
function decoded(): Reader<readonly Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  return {
    form: "printed",
    row(octets, start, columns) {
      const row: Record<string, unknown> = {};
      let at = start + 2;
      for (const { name, decode } of columns) {
        const length = octets.readInt32BE(at);
        at += 4;
        row[name] = length < 0 ? null : decode(octets, at, at + length);
        at += Math.max(length, 0);
      }
      rows.push(row);
    },
    rows: () => rows,
  };
}

/** Rows as octets: where they are is all that is kept of them, for a cell costs more memory than many a text. */
function undecoded(): Reader<OctetRows> {
  const rows: Buffer[] = [];
  const starts: number[] = [];
  const lookUp = <T>(
    row: number,
    column: number,
    none: T,
    read: (octets: Buffer, at: number, length: number) => T,
  ): T => {
    const octets = rows[row];
    const start = starts[row];
    if (octets === undefined || start === undefined || column >= octets.readInt16BE(start)) return none;
    let at = start + 2;
    for (let left = column; left > 0; left -= 1) at += 4 + Math.max(octets.readInt32BE(at), 0);
    const length = octets.readInt32BE(at);
    return length < 0 ? none : read(octets, at + 4, length);
  };
  return {
    form: "kept",
    row(octets, start) {
      rows.push(octets);
      starts.push(start);
    },
    rows: () => ({
      count: rows.length,
      cell: (row, column) => lookUp<Uint8Array | null>(row, column, null, subarrayAt),
      text: (row, column) => lookUp(row, column, "", textAt),
      integer: (row, column) => lookUp(row, column, 0, integerAt),
    }),
  };
}

const subarrayAt = (octets: Buffer, at: number, length: number) => octets.subarray(at, at + length);
const textAt = (octets: Buffer, at: number, length: number) => octets.toString("utf8", at, at + length);
const integerAt = (octets: Buffer, at: number) => octets.readInt32BE(at);

interface Described {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
}

/**
 * What `pg` calls while a statement runs. One that was prepared on this connection is bound and run by a single write;
 * its rows are known to be as they were described, for the server refuses it otherwise.
 */
class Statement<R> implements pg.Submittable, RowTaker {
  #columns: Columns = [];
  #fault: unknown;

  constructor(
    readonly asked: Asked,
    readonly wire: Wire<Columns>,
    readonly reader: Reader<R>,
    readonly done: (rows: R) => void,
    readonly failed: (error: unknown) => void,
  ) {}

  /** What is given back is the fault of a statement that cannot be sent; `pg` tells it and goes on. */
  submit(connection: pg.Connection): unknown {
    const { name = "", text, values } = this.asked;
    const known = this.wire.prepared.get(name);
    const { form } = this.reader;
    try {
      const octets = known ? again(name, values, form) : anew(name, text, values, form);
      this.#columns = known ?? [];
      this.wire.taker = this;
      // What cannot be written is a lost connection, of which `pg` tells.
      if (connection.stream.writable) connection.stream.write(octets);
      return null;
    } catch (error) {
      return error;
    }
  }

  row(octets: Buffer, start: number): void {
    if (this.#fault !== undefined) return;
    try {
      this.reader.row(octets, start, this.#columns);
    } catch (error) {
      this.#fault = error;
    }
  }

  handleRowDescription({ fields }: Described): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({ name, decode: cellDecoderOf(dataTypeID) }));
  }

  handleError(error: unknown): void {
    this.wire.taker = null;
    this.failed(error);
  }

  handleReadyForQuery(): void {
    this.wire.taker = null;
    if (this.asked.name !== undefined) this.wire.prepared.set(this.asked.name, this.#columns);
    if (this.#fault === undefined) this.done(this.reader.rows());
    else this.failed(this.#fault);
  }

  handleCommandComplete(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
}

export interface Session {
  readonly client: pg.Client;
  readonly wire: Wire<Columns>;
  /** Has it closed when it is given back: what state it is in is unknown. */
  readonly lose: () => void;
  /** Its statements may take as long as they take. Whoever gets it next sets it anew. */
  unhurried: boolean;
}

const send = <R>({ client, wire }: Session, asked: Asked, reader: Reader<R>): Promise<R> =>
  new Promise((resolve, reject) => {
    client.query(new Statement(asked, wire, reader, resolve, reject));
  });

/** Runs a statement on a connection; rows come decoded. */
export const runOn = (session: Session, asked: Asked) => send(session, asked, decoded());

/** The same with rows as octets. */
export const octetsOn = (session: Session, asked: Asked) => send(session, asked, undecoded());
