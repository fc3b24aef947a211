import { readdirSync, readFileSync } from "node:fs";

const ODD = new URL("../../../test-fixtures/odd/", import.meta.url);

/** One line of test-fixtures/odd/fates.json. */
export interface Odd {
  readonly file: string;
  /** What is odd about it. */
  readonly odd: string;
  readonly fate: "stored" | "repaired" | "refused";
  /** The precondition and a part of the sentence of what is refused. */
  readonly code?: string;
  readonly says?: string;
  /** Starts of the instances in March 2026, floating times and days as they are written. */
  readonly march?: readonly string[];
}

export const ODDS = JSON.parse(readFileSync(new URL("fates.json", ODD), "utf8")) as readonly Odd[];

/** The files that are there, whatever the table says. */
export const ODD_FILES: readonly string[] = readdirSync(ODD).filter((name) => name.endsWith(".ics"));

export function sentBytes({ file }: Odd): Uint8Array {
  return new Uint8Array(readFileSync(new URL(file, ODD)));
}

/** What is stored: the repaired octets, or those that were sent. */
export function storedBytes(odd: Odd): Uint8Array {
  return odd.fate === "repaired" ? new Uint8Array(readFileSync(new URL(`repaired/${odd.file}`, ODD))) : sentBytes(odd);
}
