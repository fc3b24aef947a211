import { describe, expect, test } from "vitest";
import { type AnswerTaker, readAnswer } from "./pg-answer.js";
import { decoded } from "./pg-rows.js";

const framed = (letter: string, ...parts: readonly (string | Buffer)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(5, letter, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};

const int16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const int32 = (value: number): Buffer => Buffer.concat([int16(value >>> 16), int16(value & 0xffff)]);

/** A column as it is described: table, its number there, type, length, modifier, form. */
const column = (name: string, type: number): Buffer =>
  Buffer.concat([Buffer.from(`${name}\0`), int32(0), int16(0), int32(type), int16(-1), int32(-1), int16(0)]);

const cell = (text: string | null): Buffer =>
  text === null ? int32(-1) : Buffer.concat([int32(Buffer.byteLength(text)), Buffer.from(text)]);

const row = (...cells: readonly (string | null)[]): Buffer => framed("D", int16(cells.length), ...cells.map(cell));

const COMPLETE = framed("C", "SELECT 2\0");
const READY = framed("Z", "I");
const DESCRIPTION = framed("T", int16(2), column("größe", 20), column("since", 1184));

const read = (taker: AnswerTaker, ...messages: readonly Buffer[]): void => readAnswer(Buffer.concat(messages), taker);

describe("an answer of the server (PostgreSQL, message formats)", () => {
  test("gives its rows by the columns described in it", () => {
    const reader = decoded();
    let columns: Parameters<typeof reader.row>[2] = [];
    read(
      {
        columns: (described) => {
          columns = described;
        },
        row: (octets, start) => reader.row(octets, start, columns),
      },
      framed("1"),
      framed("2"),
      DESCRIPTION,
      row("12345678901", "2026-01-02 03:04:05+00"),
      row(null, "infinity"),
      COMPLETE,
      READY,
    );
    expect(reader.rows()).toEqual([
      { größe: 12_345_678_901, since: Date.UTC(2026, 0, 2, 3, 4, 5) },
      { größe: null, since: Number.POSITIVE_INFINITY },
    ]);
  });

  test("throws what the server refused, with what tells one refusal from another", () => {
    const refusal = framed("E", "SERROR\0C23505\0MDuplikat für »a«\0DKey (uid)\0nobject_uid_key\0R_bt_check\0\0");
    expect(() => read({}, refusal, READY)).toThrow(
      expect.objectContaining({
        message: "Duplikat für »a«",
        code: "23505",
        detail: "Key (uid)",
        constraint: "object_uid_key",
      }),
    );
  });

  test("that ends without a word is told from one without rows", () => {
    expect(() => read({}, framed("2"), READY)).toThrow("without a word");
    expect(() => read({}, framed("2"), framed("C", "INSERT 0 1\0"), READY)).not.toThrow();
    expect(() => read({}, framed("I"), READY)).not.toThrow();
  });

  test("gives what COPY gives, and what others notify of", () => {
    const copied: string[] = [];
    const heard: [string, string][] = [];
    const taker = {
      copied: (piece: Buffer) => void copied.push(piece.toString()),
      heard: (...told: [string, string]) => void heard.push(told),
    };
    const notified = framed("A", int32(7), "outbox\0", "näher\0");
    read(taker, framed("H", Buffer.alloc(5)), framed("d", "a\t1\n"), framed("d", "b\t\\N\n"), framed("c"), COMPLETE);
    read(taker, COMPLETE, notified, READY);
    expect(copied).toEqual(["a\t1\n", "b\t\\N\n"]);
    expect(heard).toEqual([["outbox", "näher"]]);
  });
});
