import type { KnownSignIn } from "@kalends/accounts";

/** What a worker tells the process that started it: it serves. */
export interface ReadyMessage {
  readonly kind: "ready";
  /** Where it listens, for example `http://127.0.0.1:8100`. */
  readonly base: string;
}

/** The first thing a worker says: it listens now for what it is told. */
export interface HelloMessage {
  readonly kind: "hello";
}

/** The answer: the key under which all workers remember sign-ins. */
export interface KeyMessage {
  readonly kind: "key";
  /** Base64. */
  readonly key: string;
}

/** Goes from the worker that checked a sign-in, by way of the first process, to all others. */
export interface SignInMessage {
  readonly kind: "sign-in";
  readonly known: KnownSignIn;
}

/** A worker is told to end once what is open is answered. */
export interface DrainMessage {
  readonly kind: "drain";
  readonly replaced: boolean;
}

const kindOf = (message: unknown): unknown =>
  typeof message === "object" && message !== null && "kind" in message ? message.kind : undefined;

export const isReady = (message: unknown): message is ReadyMessage => kindOf(message) === "ready";
export const isHello = (message: unknown): message is HelloMessage => kindOf(message) === "hello";
export const isKey = (message: unknown): message is KeyMessage => kindOf(message) === "key";
export const isSignIn = (message: unknown): message is SignInMessage => kindOf(message) === "sign-in";
export const isDrain = (message: unknown): message is DrainMessage => kindOf(message) === "drain";
