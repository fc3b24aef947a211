import { setImmediate as giveWay } from "node:timers/promises";
import { INDEX_VERSION, testedIndex } from "@kalends/icalendar";
import { type Database, type OutdatedObject, outdatedIndexes, type RenewedIndex, renewIndexes } from "@kalends/store";
import { storedObject } from "../read/stored-object.js";

/** Objects at a time: some milliseconds of work. */
const SOME = 50;

/**
 * Makes the index of some objects anew that was made by rules of before; gives how many there were. Nothing of what clients see
 * changes, no revision moves. What cannot be read keeps what it has.
 */
export async function renewSomeIndexes(db: Database): Promise<number> {
  const outdated = await db.rows<OutdatedObject>(outdatedIndexes(INDEX_VERSION, SOME));
  const renewed: RenewedIndex[] = [];
  for (const { data, ...which } of outdated) {
    const object = storedObject(data);
    renewed.push({
      ...which,
      index: JSON.stringify(object.ok ? testedIndex(object.value) : { version: INDEX_VERSION }),
    });
    await giveWay();
  }
  if (renewed.length > 0) await db.rows(renewIndexes(renewed));
  return outdated.length;
}
