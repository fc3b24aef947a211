/** What a worker tells the process that started it. */
export interface ReadyMessage {
  readonly kind: "ready";
  /** Where it listens, for example `http://127.0.0.1:8100`. */
  readonly base: string;
}

/** What it is told: end once what is open is answered. */
export interface DrainMessage {
  readonly kind: "drain";
  readonly replaced: boolean;
}

const kindOf = (message: unknown): unknown =>
  typeof message === "object" && message !== null && "kind" in message ? message.kind : undefined;

export const isReady = (message: unknown): message is ReadyMessage => kindOf(message) === "ready";
export const isDrain = (message: unknown): message is DrainMessage => kindOf(message) === "drain";
