import { type messages, type PGlite, protocol } from "@electric-sql/pglite";
import { makeStatementNames } from "./pg-names.js";
import type { Param, Wire } from "./values.js";

const { serialize } = protocol;

export interface Table {
  readonly columns: readonly (readonly [name: string, oid: number])[];
  readonly rows: readonly (readonly Wire[])[];
}

export interface Statements {
  run(text: string, values: readonly Param[]): Promise<Table>;
  /** To be called after the schema may have changed: what was prepared is prepared anew. */
  forget(): Promise<void>;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function tableOf(told: readonly messages.BackendMessage[]): Table {
  const columns: [string, number][] = [];
  const rows: Wire[][] = [];
  for (const message of told) {
    if (message.name === "dataRow") rows.push((message as messages.DataRowMessage).fields);
    if (message.name !== "rowDescription") continue;
    for (const { name, dataTypeID } of (message as messages.RowDescriptionMessage).fields) {
      columns.push([name, dataTypeID]);
    }
  }
  return { columns, rows };
}

/**
 * Statements over PGlite's wire protocol, one message each, prepared under a name from their second use on: planning
 * the larger ones costs several times what running them does. Values and cells stay as the server prints them.
 */
export function makeStatements(db: PGlite): Statements {
  let nameOf = makeStatementNames();
  const prepared = new Set<string>();
  const send = async (...parts: readonly Uint8Array[]) =>
    db.execProtocolStream(joined([...parts, serialize.sync()]), { syncToFs: false });

  return {
    async run(text, values) {
      const name = nameOf(text) ?? "";
      const fresh = !prepared.has(name);
      const asked = [
        serialize.bind({ statement: name, values: [...values] }),
        serialize.describe({ type: "P" }),
        serialize.execute({}),
      ];
      try {
        const told = await send(...(fresh ? [serialize.parse({ name, text })] : []), ...asked);
        if (name !== "") prepared.add(name);
        return tableOf(told);
      } catch (error) {
        // Whether the name was given before the error is not told; it must be free for the next try.
        if (fresh && name !== "") await send(serialize.close({ type: "S", name }));
        throw error;
      }
    },
    async forget() {
      await db.exec("deallocate all");
      prepared.clear();
      nameOf = makeStatementNames();
    },
  };
}
