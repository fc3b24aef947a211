import type { Config } from "../config/schema.js";
import { CAUSES, type CauseId } from "./causes.js";

/** One thing that is wrong, with what was seen of it. */
export interface Found {
  readonly cause: CauseId;
  readonly detail: string;
}

/** What a check came to: what is wrong, or in a few words what was seen; skipped = why there was nothing to look at. */
export interface Verdict {
  readonly found?: readonly Found[];
  readonly note?: string;
  readonly skipped?: string;
}

/** What checks look at, and what they learn for those that come after. */
export interface Scene {
  readonly config: Config;
  /** The settings file, where there is one. */
  readonly settingsFile: string | null;
  /** Asks a name server of one's own choice, `HOST:PORT`; null = that of the machine. */
  readonly resolver: string | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Where clients come: the public address, else that of the listener. Without a final slash. */
  readonly base: string;
  /** Whether that is a public address. */
  readonly isPublic: boolean;
  /** An account for a trial, made at the first call; it goes at the end. */
  readonly account: () => Promise<TrialAccount>;
}

export interface TrialAccount {
  /** With its domain. */
  readonly name: string;
  readonly authorization: string;
}

export interface Check {
  /** Short, as it stands at the begin of a line. */
  readonly name: string;
  /** What it looks at. */
  readonly about: string;
  /** Checks that must have found no fault before. */
  readonly needs: readonly string[];
  readonly run: (scene: Scene) => Promise<Verdict>;
}

export interface Examined {
  readonly name: string;
  readonly about: string;
  readonly state: "ok" | "fault" | "warning" | "skipped";
  readonly note: string;
  readonly found: readonly (Found & { readonly level: string; readonly text: string; readonly remedy: string })[];
}

export const one = (cause: CauseId, detail: string): Verdict => ({ found: [{ cause, detail }] });
export const fine = (note: string): Verdict => ({ note });
export const skip = (why: string): Verdict => ({ skipped: why });

/** Runs checks in their order; `heard` is told of each when it is done. One that throws is a fault of its own. */
export async function examine(
  checks: readonly Check[],
  scene: Scene,
  heard: (examined: Examined) => void = () => undefined,
): Promise<readonly Examined[]> {
  const all: Examined[] = [];
  for (const check of checks) {
    const bad = check.needs.find((need) => all.some((each) => each.name === need && blocks(each)));
    const verdict = bad === undefined ? await check.run(scene) : skip(`needs ${bad}`);
    const examined = judged(check, verdict);
    all.push(examined);
    heard(examined);
  }
  return all;
}

/** Nothing is built upon a fault; and a database that waits for migrations is not touched, since that would apply them. */
const blocks = ({ state, found }: Examined): boolean =>
  state === "fault" || found.some(({ cause }) => cause === "schema-older");

export function judged({ name, about }: Pick<Check, "name" | "about">, verdict: Verdict): Examined {
  const found = (verdict.found ?? []).map(({ cause, detail }) => {
    const { level, cause: text, remedy } = CAUSES[cause];
    return { cause, detail, level, text, remedy };
  });
  const isFault = found.some(({ level }) => level === "fault");
  const state = isFault ? "fault" : found.length > 0 ? "warning" : verdict.skipped === undefined ? "ok" : "skipped";
  return { name, about, state, note: verdict.skipped ?? verdict.note ?? "", found };
}
