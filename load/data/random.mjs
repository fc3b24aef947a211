// Numbers that depend on a key alone, so that every run and every server gets the same data.

function seeds(key) {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  for (const octet of Buffer.from(key)) {
    a = Math.imul(a ^ octet, 0x85ebca6b) >>> 0;
    b = (Math.imul(b, 33) + octet + (a >>> 7)) >>> 0;
  }
  return [a, b];
}

/** Draws from a key: `number()` in [0, 1), `chance(p)`, `below(n)`, `one(list)`; the same key draws the same. */
export function draws(key) {
  let [a, b] = seeds(key);
  let c = 0xb7e15162;
  let counter = 1;
  const word = () => {
    const sum = (a + b + counter++) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum;
  };
  for (let round = 0; round < 12; round++) word();
  const number = () => word() / 2 ** 32;
  const below = (n) => Math.floor(number() * n);
  return { number, below, chance: (p) => number() < p, one: (list) => list[below(list.length)] };
}

/** Eight hexadecimal digits from a key. */
export const digest = (key) => seeds(key)[1].toString(16).padStart(8, "0");
