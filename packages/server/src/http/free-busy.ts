import { BlockList, isIP } from "node:net";
import { createThrottle } from "@kalends/accounts";
import { type Caller, createFreeBusy, type FreeBusy } from "@kalends/freebusy";
import type { Config } from "../config/schema.js";

/** Free/busy files with what the server knows of the network. */
export interface FreeBusyFiles extends FreeBusy {
  /** What counts for somebody who asks from this address. */
  callerFrom(address: string): Caller;
}

const MINUTES = 15 * 60_000;

/** Serves free/busy files under the settings; look-ups in vain are counted per address, so that names cannot be tried out. */
export function createFreeBusyFiles({ freeBusy }: Pick<Config, "freeBusy">, clock: () => number): FreeBusyFiles {
  const throttle = createThrottle({ clock, limit: freeBusy.misses, windowMs: MINUTES });
  const networks = networksOf(freeBusy.networks);
  return Object.freeze<FreeBusyFiles>({
    ...createFreeBusy(freeBusy),
    callerFrom: (address) => ({
      isInNetwork: isIn(networks, address),
      look() {
        const attempt = throttle.take(address, "free-busy");
        return attempt.allowed ? 0 : attempt.retryAfter;
      },
      found: () => throttle.giveBack(address, "free-busy"),
    }),
  });
}

/** Addresses and networks like `10.0.0.0/8`, separated by commas or spaces, as the settings hold them. */
export function networksOf(text: string): BlockList {
  const list = new BlockList();
  for (const network of text.split(/[\s,]+/).filter((each) => each !== "")) {
    const [address = "", prefix] = network.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

function isIn(networks: BlockList, address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  const family = isIP(plain);
  return family !== 0 && networks.check(plain, family === 6 ? "ipv6" : "ipv4");
}
