import type pg from "pg";
import { again, anew } from "./pg-messages.js";
import { type Columns, decoded, type RowReader, undecoded } from "./pg-rows.js";
import type { RowTaker, Wire } from "./pg-wire.js";
import { cellDecoderOf, type Param } from "./values.js";

export interface Asked {
  readonly text: string;
  /** Under which it is prepared; none for what is not run often. */
  readonly name: string | undefined;
  readonly values: readonly Param[];
}

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
    readonly reader: RowReader<R>,
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

const send = <R>({ client, wire }: Session, asked: Asked, reader: RowReader<R>): Promise<R> =>
  new Promise((resolve, reject) => {
    client.query(new Statement(asked, wire, reader, resolve, reject));
  });

/** Runs a statement on a connection; rows come decoded. */
export const runOn = (session: Session, asked: Asked) => send(session, asked, decoded());

/** The same with rows as octets. */
export const octetsOn = (session: Session, asked: Asked) => send(session, asked, undecoded());
