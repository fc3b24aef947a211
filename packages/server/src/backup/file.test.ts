import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import type { CopyEnd, CopyHeader, CopySegment, CopySink } from "@kalends/store";
import { describe, expect, it } from "vitest";
import { AdminError } from "../admin/command.js";
import { readBackup } from "./read.js";
import { backupWriter } from "./write.js";

const header: CopyHeader = {
  schema: [{ id: "0001-directory", checksum: "c" }],
  tables: [{ name: "object", columns: ["data", "name"] }],
  octets: 3_000_000,
};
const segments: readonly CopySegment[] = [
  { table: "object", rows: 2, octets: Buffer.from("a\\r\\n\tb\nc\td\n") },
  { table: "object", rows: 0, octets: Buffer.alloc(0) },
  { table: "object", rows: 1, octets: Buffer.from(`{"end":1}\n${"x".repeat(300_000)}`) },
];
const end: CopyEnd = { sequences: [], tables: { object: { rows: 3, sum: "7" } }, collections: [] };

async function written(): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const sink = backupWriter(async (octets) => void parts.push(octets), Date.UTC(2027, 0, 1));
  await sink.begin(header);
  for (const segment of segments) await sink.segment(segment);
  await sink.end(end);
  return Buffer.concat(parts);
}

async function* inPieces(file: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
}

const textOf = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1");

async function readAll(file: Buffer, size = 1000) {
  const told: unknown[] = [];
  const sink: CopySink = {
    begin: async (each) => void told.push(each),
    segment: async ({ table, rows, octets }) => void told.push({ table, rows, text: textOf(octets) }),
    end: async (each) => void told.push(each),
  };
  await readBackup(inPieces(file, size), sink);
  return told;
}

const refusalOf = async (file: Buffer): Promise<unknown> => readAll(file).catch((error: unknown) => error);

describe("a backup file", () => {
  it.each([7, 1000, 10_000_000])("is read as it was written, however it arrives: %i octets at a time", async (size) => {
    const whole = segments.map(({ table, rows, octets }) => ({ table, rows, text: textOf(octets) }));
    expect(await readAll(await written(), size)).toEqual([header, ...whole, end]);
  });

  it("says in its first line what it is, for a person with gunzip", async () => {
    const [first = ""] = gunzipSync(await written())
      .toString("utf8")
      .split("\n", 1);
    expect(JSON.parse(first)).toMatchObject({ format: "kalends-backup", version: 1, made: "2027-01-01T00:00:00.000Z" });
  });

  it("is refused wherever it is cut", async () => {
    const file = await written();
    const cuts = Array.from({ length: 40 }, (_, n) => Math.floor((file.length * n) / 40));
    for (const cut of [...cuts, file.length - 1]) {
      const refusal = await refusalOf(file.subarray(0, cut));
      expect(refusal).toBeInstanceOf(AdminError);
      expect((refusal as Error).message).toMatch(/damaged|no backup/);
    }
  });

  it("cut between two lines is refused, though every line of it is sound", async () => {
    const text = gunzipSync(await written());
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
      if (at === text.length - 1) continue;
      expect(await refusalOf(gzipSync(text.subarray(0, at + 1)))).toBeInstanceOf(AdminError);
    }
  });

  it("is refused when a single octet of it is another, also where the checksum of gzip was mended", async () => {
    const file = await written();
    const text = gunzipSync(file);
    for (const place of [20, text.indexOf('"rows"') + 8, text.indexOf("a\\r"), text.length - 2000, text.length - 90]) {
      const changed = Buffer.from(text);
      changed[place] = (changed[place] ?? 0) ^ 1;
      expect(await refusalOf(gzipSync(changed))).toBeInstanceOf(Error);
    }
    // Within a long run of one letter a changed length or distance may say the same: then it is the same backup.
    const sound = JSON.stringify(await readAll(file));
    for (let place = 0; place < file.length; place += 13) {
      const changed = Buffer.from(file);
      changed[place] = (changed[place] ?? 0) ^ 8;
      const told = await refusalOf(changed);
      if (!(told instanceof AdminError)) expect(JSON.stringify(told)).toBe(sound);
    }
  });

  it("whose portions were exchanged with their checksums is refused by the one over the whole", async () => {
    const text = gunzipSync(await written()).toString("utf8");
    const other = createHash("sha256").update("a\\r\\n\tX\nc\td\n").digest("hex");
    const own = createHash("sha256").update("a\\r\\n\tb\nc\td\n").digest("hex");
    const forged = text.replace(own, other).replace("a\\r\\n\tb\n", "a\\r\\n\tX\n");
    expect(forged).not.toBe(text);
    expect((await refusalOf(gzipSync(forged))) as Error).toMatchObject({ message: /checksum/ });
  });

  it("of a newer format is refused with the advice to use a newer program, and anything else as no backup", async () => {
    const text = gunzipSync(await written())
      .toString("utf8")
      .replace('"version":1', '"version":2');
    expect(await refusalOf(gzipSync(text))).toMatchObject({ message: /format 2.*newer program/ });
    for (const file of [Buffer.from("BEGIN:VCALENDAR\r\n"), gzipSync("BEGIN:VCALENDAR\r\n"), Buffer.alloc(0)]) {
      expect(await refusalOf(file)).toMatchObject({ message: /no backup of Kalends|cut short/ });
    }
  });

  it("ends the writer where nobody takes it any more", async () => {
    const sink = backupWriter(async () => Promise.reject(new AdminError("the disk is full")), 0);
    const work = async () => {
      await sink.begin(header);
      for (let n = 0; n < 50; n += 1) {
        const octets = createHash("sha512").update(`${n}`).digest();
        await sink.segment({ table: "object", rows: 1, octets: Buffer.concat(Array<Buffer>(9000).fill(octets)) });
      }
      await sink.end(end);
    };
    await expect(work()).rejects.toThrow("the disk is full");
  });
});
