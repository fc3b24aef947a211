import { busyTypeOf } from "./busy.js";
import type { JComponent } from "./jcal.js";
import type { BusyType } from "./periods.js";

/** How busy an instance makes whoever owns the calendar, unless his own PARTSTAT says otherwise. */
export type InstanceBusy = BusyType | "FREE";

/** How the stored times relate to those a reader sees. */
export type Margin =
  /** They are those of every reader. */
  | "none"
  /** The wall clock read as if it were UTC: off by up to `ANY_ZONE` one way and `ANY_LENGTH` more at the end. */
  | "zone"
  /** As before, and exceptions that may mean other instances for another reader are not taken out. */
  | "exceptions";

/** The instances of one stretch of time that are alike; the time they take as [start, end). */
export interface OccurrenceRow {
  readonly bucket: number;
  readonly busy: InstanceBusy;
  readonly margin: Margin;
  /** `[start,end)` one after the other, in braces and with commas between them: a multirange as SQL writes it. */
  readonly spans: string;
}

/** Two to the 32nd milliseconds, seven weeks. */
export const BUCKET = 2 ** 32;
export const bucketOf = (time: number): number => Math.floor(time / BUCKET);

const MOST_ROWS = 1_000;

/** Takes instances one by one, most of them ascending by start. Times are epoch milliseconds. */
export interface OccurrenceRows {
  add(start: number, end: number, component: JComponent): void;
  /** What became of them; `undefined` when they are too many, or have no time. */
  all(): readonly OccurrenceRow[] | undefined;
}

/** A row in the making: its last span is still open. */
interface Draft {
  readonly bucket: number;
  readonly busy: InstanceBusy;
  closed: string;
  start: number;
  end: number;
}

const spansOf = ({ closed, start, end }: Draft): string => `${closed}[${start},${end})`;

/** Sorts instances into rows by bucket and kind, up to a horizon. */
export function occurrenceRows(margin: Margin, horizon: number): OccurrenceRows {
  const drafts = new Map<string, Draft>();
  let isFit = true;
  let last: Draft | undefined;
  let known: { readonly component: JComponent; readonly busy: InstanceBusy } | undefined;

  const busyOf = (component: JComponent): InstanceBusy => {
    if (known?.component !== component) known = { component, busy: busyTypeOf(component) ?? "FREE" };
    return known.busy;
  };
  const addSpan = (bucket: number, busy: InstanceBusy, start: number, end: number): void => {
    if (last?.bucket !== bucket || last.busy !== busy) {
      const key = `${bucket} ${busy}`;
      last = drafts.get(key);
      if (!last) {
        last = { bucket, busy, closed: "", start, end };
        drafts.set(key, last);
        isFit &&= drafts.size <= MOST_ROWS;
        return;
      }
    }
    if (last.start <= start && start <= last.end) last.end = Math.max(last.end, end);
    else {
      last.closed = `${spansOf(last)},`;
      last.start = start;
      last.end = end;
    }
  };
  return {
    add(start, end, component) {
      isFit &&= Number.isFinite(start) && Number.isFinite(end);
      const busy = end > start ? busyOf(component) : "FREE";
      const stop = Math.min(Math.max(end, start + 1), horizon);
      for (let from = start; isFit && from < stop;) {
        const bucket = bucketOf(from);
        const to = Math.min(stop, (bucket + 1) * BUCKET);
        addSpan(bucket, busy, from, to);
        from = to;
      }
    },
    all: () =>
      isFit
        ? [...drafts.values()].map((of) => ({ bucket: of.bucket, busy: of.busy, margin, spans: `{${spansOf(of)}}` }))
        : undefined,
  };
}
