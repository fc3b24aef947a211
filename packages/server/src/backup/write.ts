import { createHash } from "node:crypto";
import { once } from "node:events";
import { createGzip } from "node:zlib";
import type { CopySink } from "@kalends/store";
import type { Output } from "../admin/command.js";
import { type EndLine, type FirstLine, FORMAT, FORMAT_VERSION, type LastLine, type SegmentLine } from "./format.js";

/** Little is gained by more effort, and the database is held meanwhile. */
const EFFORT = 1;

const sha256 = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex");

/** A sink that writes a backup to `out`; `now` in epoch milliseconds. */
export function backupWriter(out: Output, now: number): CopySink {
  const gzip = createGzip({ level: EFFORT, chunkSize: 2 ** 17 });
  const whole = createHash("sha256");
  const gone = (async () => {
    for await (const piece of gzip as AsyncIterable<Buffer>) await out(piece);
  })();
  let failure: { readonly error: unknown } | undefined;
  gone.catch((error: unknown) => {
    failure = { error };
  });
  // Told to whoever writes next.
  gzip.on("error", () => undefined);
  const send = async (octets: Uint8Array): Promise<void> => {
    if (failure) throw failure.error;
    whole.update(octets);
    if (!gzip.write(octets)) await Promise.race([once(gzip, "drain"), gone]);
  };
  const line = (value: FirstLine | SegmentLine | EndLine | LastLine) => send(Buffer.from(`${JSON.stringify(value)}\n`));
  return {
    begin: (header) => line({ format: FORMAT, version: FORMAT_VERSION, made: new Date(now).toISOString(), ...header }),
    async segment({ table, rows, octets }) {
      await line({ table, rows, octets: octets.length, sha256: sha256(octets) });
      await send(octets);
    },
    async end(end) {
      await line({ end });
      await line({ sha256: whole.copy().digest("hex") });
      gzip.end();
      await gone;
    },
  };
}
