import type { Worker } from "node:cluster";
import type { House } from "../compose.js";
import { createCrewFigures } from "../metrics/crew.js";
import type { Figures } from "../metrics/figures.js";
import { ownFigures } from "../metrics/own.js";
import {
  type FiguresMessage,
  isFigures,
  isFiguresQuestion,
  isSum,
  isSumQuestion,
  type SumMessage,
} from "./messages.js";

/** Who has not told its figures by then counts with those it told before. */
const PATIENCE_MS = 1_000;

/** The figures of all workers, as the first process collects them. */
export interface WorkerFigures {
  /** Keeps in touch with one more worker. */
  attach(child: Worker): void;
  /** Those of this process and of all workers, also of those that are over. */
  everybody(): Promise<readonly Figures[]>;
}

/** Questions whose answers come as messages. */
function createQuestions<A>(patience: number, send: (id: number) => void) {
  const open = new Map<number, (answer: A) => void>();
  let last = 0;
  return {
    ask: () =>
      new Promise<A>((resolve, reject) => {
        const id = (last += 1);
        const late = setTimeout(() => {
          open.delete(id);
          reject(new Error("no answer in time"));
        }, patience);
        late.unref();
        open.set(id, (answer) => {
          clearTimeout(late);
          open.delete(id);
          resolve(answer);
        });
        send(id);
      }),
    answered: (id: number, answer: A) => open.get(id)?.(answer),
  };
}

export function collectFigures(own: () => Figures): WorkerFigures {
  const crew = createCrewFigures();
  const everybody = async (): Promise<readonly Figures[]> => [own(), ...(await crew.current())];

  function attach(child: Worker): void {
    const questions = createQuestions<Figures>(PATIENCE_MS, (id) => {
      if (child.isConnected()) child.send({ kind: "figures?", id });
    });
    crew.joined(child.id, questions.ask);
    child.on("message", (message: unknown) => {
      if (isFigures(message)) {
        crew.said(child.id, message.figures);
        questions.answered(message.id, message.figures);
      } else if (isSumQuestion(message)) {
        void everybody().then((figures) => {
          if (child.isConnected()) child.send({ kind: "sum", id: message.id, figures } satisfies SumMessage);
        });
      }
    });
    // Everything a worker said has been heard by then; at its exit not yet.
    child.once("disconnect", () => crew.left(child.id));
  }

  return { attach, everybody };
}

/** The other end: tells the figures of this worker, and asks for everybody's. */
export function tellFigures(own: () => House | undefined) {
  const questions = createQuestions<readonly Figures[]>(3 * PATIENCE_MS, (id) => process.send?.({ kind: "sum?", id }));
  const answer = (id: number, done: () => void): void => {
    if (!process.connected) return done();
    const house = own();
    const figures = house ? ownFigures(house) : {};
    process.send?.({ kind: "figures", id, figures } satisfies FiguresMessage, done);
  };
  process.on("message", (message: unknown) => {
    if (isFiguresQuestion(message)) answer(message.id, () => undefined);
    else if (isSum(message)) questions.answered(message.id, message.figures);
  });
  return {
    everybody: questions.ask,
    /** What was counted is not lost with the process. */
    last: () => new Promise<void>((resolve) => answer(0, resolve)),
  };
}
