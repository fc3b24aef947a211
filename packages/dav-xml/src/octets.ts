/** Collects text as UTF-8, piece by piece: no long text is ever made of the pieces. */
export interface OctetBuffer {
  /** Octets come as a string of one character each, in "latin1". */
  add(text: string, encoding?: "utf8" | "latin1"): void;
  /** Octets that `take` would give. */
  size(): number;
  /** Hands over what was added since the last call; none of its memory is used again. */
  take(): readonly Uint8Array[];
}

// Octets of one block of memory, and the longest text that gets none when it is the first.
const BLOCK = 112 * 1024;
const SHORT = 16_384;
/** No UTF-16 code unit takes more octets than that. */
const WIDEST = 3;

/** An empty one. */
export function octetBuffer(): OctetBuffer {
  let full: Uint8Array[] = [];
  let block: Buffer | undefined;
  let filled = 0;
  let size = 0;

  function close(): void {
    if (block && filled > 0) full.push(block.subarray(0, filled));
    block = undefined;
    filled = 0;
  }

  return {
    add(text, encoding = "utf8") {
      if (text === "") return;
      if (size === 0 && text.length <= SHORT) {
        const octets = Buffer.from(text, encoding);
        full.push(octets);
        size = octets.length;
        return;
      }
      const room = encoding === "latin1" ? text.length : text.length * WIDEST;
      if (block && block.length - filled < room) close();
      block ??= Buffer.allocUnsafeSlow(Math.max(BLOCK, room));
      const written = block.write(text, filled, encoding);
      filled += written;
      size += written;
    },
    size: () => size,
    take() {
      close();
      const taken = full;
      full = [];
      size = 0;
      return taken;
    },
  };
}
