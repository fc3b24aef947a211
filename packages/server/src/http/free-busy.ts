import { addressBlock, isWithin } from "@kalends/accounts";
import { type Caller, createFreeBusy, createMisses, type FreeBusy } from "@kalends/freebusy";
import type { Config } from "../config/schema.js";

/** Free/busy files with what the server knows of the network. */
export interface FreeBusyFiles extends FreeBusy {
  /** What counts for somebody who asks from this address. */
  callerFrom(address: string): Caller;
}

/** Serves free/busy files under the settings; look-ups in vain are counted per address, so that names cannot be tried out. */
export function createFreeBusyFiles({ freeBusy }: Pick<Config, "freeBusy">, clock: () => number): FreeBusyFiles {
  const misses = createMisses(freeBusy.misses, clock);
  const networks = freeBusy.networks.split(/[\s,]+/).filter((each) => each !== "");
  return Object.freeze<FreeBusyFiles>({
    ...createFreeBusy(freeBusy),
    callerFrom(address) {
      const from = addressBlock(address);
      return {
        isInNetwork: isWithin(address, networks),
        look: () => misses.look(from),
        found: () => misses.found(from),
      };
    },
  });
}
