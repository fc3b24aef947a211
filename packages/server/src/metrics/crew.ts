import { type Figures, remains, together } from "./figures.js";
import { metricList } from "./table.js";

/** Asks one process for its figures; rejects when it cannot tell them. */
export type Ask = () => Promise<Figures>;

export interface CrewFigures {
  /** A process began to work. */
  joined(id: number, ask: Ask): void;
  /** It is over: what it counted last stays in the sums. */
  left(id: number): void;
  /** What a process says by itself, for example last of all. */
  said(id: number, figures: Figures): void;
  /** Those of all processes, living and gone. Who does not answer counts with what it said before. */
  current(): Promise<readonly Figures[]>;
}

/** Keeps the figures of several processes, so that their sums never shrink when one goes. */
export function createCrewFigures(): CrewFigures {
  const living = new Map<number, Ask>();
  const last = new Map<number, Figures>();
  let gone: Figures = {};
  return {
    joined: (id, ask) => void living.set(id, ask),
    left(id) {
      const figures = last.get(id);
      if (figures) gone = together([gone, remains(figures, metricList)], metricList);
      living.delete(id);
      last.delete(id);
    },
    said(id, figures) {
      if (living.has(id)) last.set(id, figures);
    },
    async current() {
      await Promise.all(
        [...living].map(async ([id, ask]) => {
          const figures = await ask().catch(() => undefined);
          // Who has left meanwhile is among those gone.
          if (figures && living.has(id)) last.set(id, figures);
        }),
      );
      return [gone, ...last.values()];
    },
  };
}
