import { createHash, timingSafeEqual } from "node:crypto";

/** Gives `count` octets of a secure random source. */
export type RandomBytes = (count: number) => Uint8Array;

// 32 signs that nobody mistakes for another: five bits each.
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

const letters = (random: RandomBytes, count: number): string =>
  Array.from(random(count), (octet) => ALPHABET[octet % ALPHABET.length]).join("");

/** A password of 100 random bits to read out and type: `k7xmq-…`. */
export const generatePassword = (random: RandomBytes): string => (letters(random, 20).match(/.{5}/g) ?? []).join("-");

const PREFIX = "kap-";

/** An app password of 160 random bits. Nobody can guess it, so it is stored as SHA-256 and costs no bcrypt. */
export const generateAppPassword = (random: RandomBytes): string => PREFIX + letters(random, 32);

export const looksLikeAppPassword = (secret: string): boolean => secret.startsWith(PREFIX);

/** What is stored of an app password. */
export const appPasswordHash = (secret: string): string => createHash("sha256").update(secret).digest("hex");

/** Compares two hashes of equal length in constant time. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
