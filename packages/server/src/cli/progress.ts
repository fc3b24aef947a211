import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "../admin/command.js";

/** A bar on stderr while work goes on, only when a person looks at a terminal. */
export function progressBar(
  label: string,
  terminal: boolean,
): { readonly progress: Progress; readonly stop: () => void } {
  if (!terminal) return { progress: () => undefined, stop: () => undefined };
  const bar = new SingleBar(
    { format: `${label} {bar} {percentage}% | {value}/{total}`, stream: process.stderr, clearOnComplete: true },
    Presets.shades_classic,
  );
  let started = false;
  return {
    progress(done, total) {
      if (!started) bar.start(total, done);
      else bar.update(done);
      started = true;
    },
    stop: () => {
      if (started) bar.stop();
    },
  };
}
