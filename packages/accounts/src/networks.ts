import { BlockList, isIP } from "node:net";
import { invalid } from "./names.js";

type Family = "ipv4" | "ipv6";

const familyOf = (address: string): Family | undefined => (({ 4: "ipv4", 6: "ipv6" }) as const)[isIP(address) as 4 | 6];

/** An address as it is compared: without zone, and IPv4 where it was mapped into IPv6. */
function plain(address: string): string {
  const text = address.replace(/%.*$/, "").toLowerCase();
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1] ?? text;
}

function blockOf(
  text: string,
): { readonly address: string; readonly family: Family; readonly bits: number } | undefined {
  const [, address = "", bits] = /^([^/]+?)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
  const family = familyOf(address);
  if (family === undefined) return undefined;
  const most = family === "ipv4" ? 32 : 128;
  const length = bits === undefined ? most : Number(bits);
  return length > most ? undefined : { address: address.toLowerCase(), family, bits: length };
}

/** Checks an address or block (`192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`). Throws `DirectoryError`. */
export function checkedNetwork(text: string): string {
  const block = blockOf(text);
  if (!block) throw invalid(`"${text}" is no network: write it like 192.0.2.0/24 or 2001:db8::/32.`);
  return `${block.address}/${block.bits}`;
}

/** True where the address lies in one of the networks; what cannot be read lies nowhere. */
export function isWithin(address: string, networks: readonly string[]): boolean {
  const from = plain(address);
  const family = familyOf(from);
  if (family === undefined) return false;
  const list = new BlockList();
  for (const network of networks) {
    const block = blockOf(network);
    if (block?.family === family) list.addSubnet(block.address, block.bits, block.family);
  }
  return list.check(from, family);
}

/** Whoever has one IPv6 address has the whole /64: they count as one. */
export function addressBlock(address: string): string {
  const from = plain(address);
  if (!from.includes(":")) return from;
  const [head = "", tail] = from.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
