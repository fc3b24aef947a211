import pg from "pg";
import { StoreError } from "../errors.js";
import type { OctetRows } from "../octet-rows.js";
import type { Param } from "./values.js";

/** Signature and flags; the length of an extension follows (PostgreSQL, COPY, "Binary Format"). */
const HEADER = 15;
const FIRST_ROOM = 64 * 1024;

/** COPY takes no parameters: they become literals, whose type the server finds as it does for a parameter. */
function withLiterals(text: string, values: readonly Param[]): string {
  return text.replace(/\$(\d+)/g, (_, number: string) => {
    const value = values[Number(number) - 1] ?? null;
    if (value === null) return "null";
    if (typeof value === "string" && value.includes("\0")) throw new StoreError("NUL in a text");
    if (typeof value === "string") return ` ${pg.escapeLiteral(value)}`;
    return `'\\x${Buffer.from(value).toString("hex")}'`;
  });
}

/** Where the cells of a COPY in binary form stand. */
function readRows(copied: Buffer): OctetRows {
  const bounds: number[] = [];
  let at = HEADER + 4 + copied.readInt32BE(HEADER);
  let [count, width] = [0, 0];
  for (let columns = copied.readInt16BE(at); columns !== -1; columns = copied.readInt16BE(at)) {
    at += 2;
    count += 1;
    width = columns;
    for (let column = 0; column < columns; column += 1) {
      const length = copied.readInt32BE(at);
      at += 4;
      bounds.push(length < 0 ? -1 : at, at + Math.max(length, 0));
      at += Math.max(length, 0);
    }
  }
  return {
    count,
    cell(row, column) {
      const cell = 2 * (row * width + column);
      const [start = -1, end] = [bounds[cell], bounds[cell + 1]];
      return start === -1 ? null : copied.subarray(start, end);
    },
  };
}

/** What `pg` calls while a COPY runs. */
class Copy implements pg.Submittable {
  #octets = Buffer.allocUnsafe(FIRST_ROOM);
  #filled = 0;

  constructor(
    readonly text: string,
    readonly done: (rows: OctetRows) => void,
    readonly failed: (error: unknown) => void,
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

  handleError(error: unknown): void {
    this.failed(error);
  }

  handleReadyForQuery(): void {
    try {
      this.done(readRows(this.#octets.subarray(0, this.#filled)));
    } catch (error) {
      this.failed(error);
    }
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
}

/** Runs a query by COPY: its rows come as octets, without being decoded. Columns are text and `integer`. */
export function copyRows(client: pg.ClientBase, text: string, values: readonly Param[]): Promise<OctetRows> {
  const statement = `copy (${withLiterals(text, values)}) to stdout with (format binary)`;
  return new Promise((resolve, reject) => client.query(new Copy(statement, resolve, reject)));
}
