import { createHash } from "node:crypto";

const OCTETS = 20;

/** A secret of 160 random bits that may stand in a path (DSC-43). `random` gives so many octets of a secure source. */
export const newSecret = (random: (count: number) => Uint8Array): string =>
  Buffer.from(random(OCTETS)).toString("base64url");

/** What is stored of a secret. Nobody can guess it, so a plain digest does. */
export const secretHash = (secret: string): string => createHash("sha256").update(secret).digest("base64url");

/** The address of a link on this server. */
export const feedPath = (secret: string): string => `/feeds/${secret}.ics`;

/** The secret in a path; null where there is none. */
export const secretIn = (path: string): string | null => /^\/feeds\/([\w-]{20,100})(?:\.ics)?$/.exec(path)?.[1] ?? null;

export const isFeedPath = (path: string): boolean => path === "/feeds" || path.startsWith("/feeds/");
