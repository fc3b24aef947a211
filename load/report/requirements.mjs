// How far ahead of the best peer that answers rightly Kalends is to be.

/** Processor time for a request: so many times less. */
export const CPU = new Map([
  ["W1", 4],
  ["W2", 3.5],
  ["W3", 8],
  ["W4", 4],
  ["W5", 8],
  ["W6", 2.5],
  ["W7", 2.5],
  ["W8", 3.5],
  ["W9", 15],
  ["W10", 10],
  ["W11", 50],
  ["W12", 2.5],
  ["W13", 2.5],
  ["W14", 8],
  ["W15", 10],
  ["W16", 8],
]);

/** Requests a second with several connections: so many times more. */
export const RATE = 3;
/** The same where many people poll. */
export const SCALE_RATE = 5;
/** p99 of Kalends in units of the p50 of the peer that has the lowest. */
export const TAIL = 1;
/** Embedded database: processor time against servers that need none either. */
export const EMBEDDED_CPU = 5;
export const EMBEDDED_PEERS = ["radicale", "xandikos"];
/** Mebibytes of the largest process. */
export const MEMORY = 200;
