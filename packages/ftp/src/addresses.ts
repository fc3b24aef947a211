import { isIP } from "node:net";
import { FtpRefusal } from "./answer.js";

/** An address as it is compared and listened on: IPv4 where it is mapped into IPv6, without zone. */
export function plainAddress(address: string | undefined): string {
  const text = (address ?? "").replace(/%.*$/, "").toLowerCase();
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1] ?? text;
}

/** Where a client waits for a data connection. */
export interface Target {
  readonly address: string;
  readonly port: number;
}

const unread = (what: string): never => {
  throw new FtpRefusal(501, `${what} cannot be read.`);
};

/** `h1,h2,h3,h4,p1,p2` (RFC 959 4.1.2). */
export function portTarget(argument: string): Target {
  const parts = argument.trim().split(",");
  const octets = parts.map(Number);
  const [h1, h2, h3, h4, p1 = 0, p2 = 0] = octets;
  if (parts.length !== 6 || parts.some((part) => !/^\d{1,3}$/.test(part)) || octets.some((each) => each > 255)) {
    return unread("The address");
  }
  return { address: [h1, h2, h3, h4].join("."), port: p1 * 256 + p2 };
}

const FAMILIES: Readonly<Record<string, 4 | 6>> = { 1: 4, 2: 6 };

/** `|family|address|port|` with any delimiter (RFC 2428 2). */
export function extendedTarget(argument: string): Target {
  const text = argument.trim();
  const [before, family = "", address = "", port = "", after, more] = text.split(text[0] ?? "|");
  if (before !== "" || after !== "" || more !== undefined || !/^\d{1,5}$/.test(port)) return unread("The address");
  const wanted = FAMILIES[family];
  if (wanted === undefined) throw new FtpRefusal(522, "Only these networks are known: (1,2)");
  if (isIP(address) !== wanted || Number(port) > 65_535) return unread("The address");
  return { address: plainAddress(address), port: Number(port) };
}

/** `h1,h2,h3,h4,p1,p2` of an IPv4 address. */
export const portArgument = (address: string, port: number): string =>
  [...address.split("."), port >> 8, port & 255].join(",");
