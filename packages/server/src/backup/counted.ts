import type { CopySink } from "@kalends/store";
import type { Progress } from "../admin/command.js";

/** A sink that tells how far it is, in octets of about as many as the header announced. */
export function counted(sink: CopySink, progress: Progress): CopySink {
  let [done, total] = [0, 0];
  return {
    async begin(header) {
      total = header.octets;
      progress(0, total);
      await sink.begin(header);
    },
    async segment(segment) {
      await sink.segment(segment);
      done += segment.octets.length;
      progress(Math.min(done, total), total);
    },
    async end(end) {
      await sink.end(end);
      progress(total, total);
    },
  };
}
