import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { jsonLine, jsonLines } from "./wire.js";

async function linesOf(chunks: readonly (Buffer | string)[]): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const line of jsonLines(Readable.from(chunks))) lines.push(line);
  return lines;
}

describe("JSON lines between the command line and the server", () => {
  it("reads back what was written, line ends inside texts included", async () => {
    const message = { result: { text: "one\r\ntwo\nthree", größe: "日本語" } };
    expect(await linesOf([jsonLine(message), jsonLine({ error: "x" })])).toEqual([message, { error: "x" }]);
  });

  it("joins lines that arrive in pieces, also inside a character", async () => {
    const octets = Buffer.from(`${jsonLine({ result: "é日" })}${jsonLine({ result: 2 })}`);
    const single = [...octets].map((octet) => Buffer.from([octet]));
    expect(await linesOf(single)).toEqual([{ result: "é日" }, { result: 2 }]);
  });

  it("does without a line end at the end", async () => {
    expect(await linesOf(['{"result":1}\n{"result":2}'])).toEqual([{ result: 1 }, { result: 2 }]);
  });

  it("fails on what is no JSON", async () => {
    await expect(linesOf(["hello\n"])).rejects.toThrow(SyntaxError);
  });

  it("leaves the stream open for a reader that stops after one line", async () => {
    const stream = Readable.from(["1\n", "2\n"]);
    for await (const line of jsonLines(stream)) {
      expect(line).toBe(1);
      break;
    }
    expect(stream.destroyed).toBe(false);
  });
});
