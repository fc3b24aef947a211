import { createHash } from "node:crypto";

const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,150}$/;

/** The member name for a new object: its UID where that makes a plain name, else a digest of it. Always the same. */
export function memberName(uid: string): string {
  const plain = PLAIN.test(uid) && !uid.toLowerCase().endsWith(".ics");
  return `${plain ? uid : createHash("sha256").update(uid).digest("hex").slice(0, 40)}.ics`;
}
