import { EventEmitter } from "node:events";
import fc from "fast-check";
import type pg from "pg";
import { expect, test } from "vitest";
import { wireOf } from "./pg-wire.js";

const framed = ([letter, body]: readonly [string, Uint8Array]): Buffer => {
  const head = Buffer.alloc(5, letter, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};

const messages = fc.array(
  fc.tuple(fc.constantFrom("D", "D", "2", "C", "T", "N", "d"), fc.uint8Array({ maxLength: 40 })),
);

/** What reaches the taker and what reaches `pg`, when the octets come in pieces of these lengths. */
function told(octets: Buffer, lengths: readonly number[], taking: boolean): readonly [string[], string] {
  const others: Buffer[] = [];
  const connection = {
    attachListeners: (to: EventEmitter) => void to.on("data", (piece: Buffer) => others.push(Buffer.from(piece))),
  };
  const wire = wireOf({ connection } as unknown as pg.Client);
  const rows: string[] = [];
  const row = (all: Buffer, start: number) => {
    rows.push(all.toString("hex", start, start - 4 + all.readInt32BE(start - 4)));
  };
  wire.taker = taking ? { row } : null;
  const stream = new EventEmitter();
  connection.attachListeners(stream);
  let at = 0;
  for (const length of [...lengths, octets.length]) {
    stream.emit("data", octets.subarray(at, at + length));
    at = Math.min(at + length, octets.length);
  }
  return [rows, Buffer.concat(others).toString("hex")];
}

test("rows reach their taker and the rest reaches pg, however the octets are cut (PostgreSQL, message formats)", () => {
  fc.assert(
    fc.property(messages, fc.array(fc.nat(30), { maxLength: 60 }), (sent, lengths) => {
      const octets = Buffer.concat(sent.map(framed));
      const rows = sent.filter(([letter]) => letter === "D").map(([, body]) => Buffer.from(body).toString("hex"));
      const rest = Buffer.concat(sent.filter(([letter]) => !"D2C".includes(letter)).map(framed)).toString("hex");
      expect(told(octets, lengths, true)).toEqual([rows, rest]);
      expect(told(octets, lengths, false)).toEqual([[], octets.toString("hex")]);
    }),
  );
});
