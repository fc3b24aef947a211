import type { CollectionResource, Exchange, Reply } from "@kalends/dav-core";
import type { Damaged } from "@kalends/icalendar";
import type { Representation } from "./representation.js";

/** So much is put together before the head is sent (octets): nearly every calendar, and little for the server. */
const GATHERED = 1024 * 1024;

type Pieces = AsyncIterable<Uint8Array>;

/** The whole of it where it is short, else what was read of it and the rest. */
async function gathered(pieces: Pieces, ended: () => void): Promise<Uint8Array | Pieces> {
  const reading = pieces[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let size = 0;
  while (size <= GATHERED) {
    const next = await reading.next();
    if (next.done) {
      ended();
      return Buffer.concat(read);
    }
    read.push(next.value);
    size += next.value.byteLength;
  }
  return goOn(read, reading, ended);
}

async function* goOn(read: readonly Uint8Array[], reading: AsyncIterator<Uint8Array>, ended: () => void): Pieces {
  try {
    yield* read;
    for (let next = await reading.next(); !next.done; next = await reading.next()) yield next.value;
    ended();
  } finally {
    await reading.return?.();
  }
}

/** Damaged items are left out: they are counted, and the log hears of them once. */
function damageIn({ collection }: CollectionResource, { services, path }: Exchange) {
  const seen: string[] = [];
  const damaged: Damaged = (_index, [finding]) => void seen.push(finding?.message ?? "unreadable");
  return {
    damaged,
    count: () => seen.length,
    tell() {
      if (seen.length === 0) return;
      services.warn?.("stored items are damaged and were left out", {
        collection: collection.id,
        path,
        count: seen.length,
        first: seen[0],
      });
    },
  };
}

const isBytes = (body: Uint8Array | Pieces): body is Uint8Array => body instanceof Uint8Array;

/** `empty=204` in the query, its name in any case. */
const wants204 = (query: URLSearchParams): boolean =>
  [...query].some(([name, value]) => name.toLowerCase() === "empty" && value === "204");

const hasComponents = (bytes: Uint8Array): boolean => /\nBEGIN:/i.test(Buffer.from(bytes).toString("latin1"));

/**
 * The answer to a GET of a whole file. A calendar of usual size has its length and `Kalends-Skipped`, the number of items
 * that could not be read, in the head; a long one is streamed. One without items is a VCALENDAR without components, which
 * RFC 5545 3.6 does not foresee; `empty=204` asks for 204 instead.
 */
export async function wholeReply(
  calendar: CollectionResource,
  shown: Representation,
  headers: Readonly<Record<string, string>>,
  cx: Exchange,
): Promise<Extract<Reply, { kind: "body" | "empty" }>> {
  const damage = damageIn(calendar, cx);
  const { type, body: made } = await shown.content(damage.damaged);
  const body = isBytes(made) ? made : await gathered(made, damage.tell);
  const told = damage.count() > 0 ? { ...headers, "Kalends-Skipped": String(damage.count()) } : headers;
  if (!isBytes(made) && isBytes(body) && wants204(cx.query) && !hasComponents(body)) {
    return { kind: "empty", status: 204, headers: told };
  }
  return { kind: "body", status: 200, headers: told, body, type };
}
