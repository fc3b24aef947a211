import type pg from "pg";

const FIRST_ROOM = 64 * 1024;

/** What a connection of `pg` has for COPY besides what its types tell. */
interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** What `pg` calls while a COPY runs. */
class Copy implements pg.Submittable {
  #octets = Buffer.allocUnsafe(FIRST_ROOM);
  #filled = 0;

  constructor(
    readonly text: string,
    readonly done: (octets: Buffer) => void,
    readonly failed: (error: unknown) => void,
    readonly sent?: Uint8Array,
  ) {}

  submit(connection: pg.Connection): void {
    connection.query(this.text);
  }

  /** The memory of a message is used again for the next one. */
  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    const filled = this.#filled + chunk.length;
    if (filled > this.#octets.length) {
      const grown = Buffer.allocUnsafe(Math.max(filled, 2 * this.#octets.length));
      this.#octets.copy(grown, 0, 0, this.#filled);
      this.#octets = grown;
    }
    chunk.copy(this.#octets, this.#filled);
    this.#filled = filled;
  }

  /** The server is ready to be sent rows. */
  handleCopyInResponse(connection: CopyConnection): void {
    if (this.sent)
      connection.sendCopyFromChunk(Buffer.from(this.sent.buffer, this.sent.byteOffset, this.sent.byteLength));
    connection.endCopyFrom();
  }

  handleError(error: unknown): void {
    this.failed(error);
  }

  handleReadyForQuery(): void {
    this.done(this.#octets.subarray(0, this.#filled));
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
}

/** The rows of a query in text form. The connection is in a transaction, which an error ends. */
export const copyOut = (client: pg.ClientBase, query: string): Promise<Uint8Array> =>
  new Promise((resolve, reject) => client.query(new Copy(`copy (${query}) to stdout`, resolve, reject)));

/** Adds rows in text form to a table. */
export const copyIn = (client: pg.ClientBase, target: string, rows: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => client.query(new Copy(`copy ${target} from stdin`, () => resolve(), reject, rows)));
