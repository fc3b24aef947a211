// What is shown while a run goes on: a bar on a terminal, a line now and then elsewhere.
import { SingleBar } from "cli-progress";

const QUIET = 10_000;

/** `step(text)` tells what comes next, `part(done, all)` how far it is, `line` says something that stays. */
export function progress(steps, out = process.stderr) {
  const bar = out.isTTY
    ? new SingleBar({ format: "{bar} {value}/{total} {eta_formatted}  {text}", hideCursor: true, stream: out })
    : null;
  let done = 0;
  let text = "";
  let last = 0;
  bar?.start(steps, 0, { text });
  return {
    step(next) {
      text = next;
      bar?.update(done++, { text });
    },
    part(count, all) {
      if (bar) bar.update({ text: `${text} ${Math.round((count / all) * 100)} %` });
      else if (performance.now() - last > QUIET) {
        last = performance.now();
        out.write(`${text}: ${count} of ${all}\n`);
      }
    },
    line(message) {
      if (!bar) out.write(`${message}\n`);
    },
    stop() {
      bar?.update(done, { text: "" });
      bar?.stop();
    },
  };
}
