import type { KnownSignIn } from "@kalends/accounts";
import type { Figures } from "../metrics/figures.js";

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

/** The first process asks a worker what it has counted. */
export interface FiguresQuestion {
  readonly kind: "figures?";
  readonly id: number;
}

/** The answer; with 0 for the id what a worker says last of all. */
export interface FiguresMessage {
  readonly kind: "figures";
  readonly id: number;
  readonly figures: Figures;
}

/** A worker asks the first process what all have counted. */
export interface SumQuestion {
  readonly kind: "sum?";
  readonly id: number;
}

export interface SumMessage {
  readonly kind: "sum";
  readonly id: number;
  readonly figures: readonly Figures[];
}

const kindOf = (message: unknown): unknown =>
  typeof message === "object" && message !== null && "kind" in message ? message.kind : undefined;

export const isReady = (message: unknown): message is ReadyMessage => kindOf(message) === "ready";
export const isHello = (message: unknown): message is HelloMessage => kindOf(message) === "hello";
export const isKey = (message: unknown): message is KeyMessage => kindOf(message) === "key";
export const isSignIn = (message: unknown): message is SignInMessage => kindOf(message) === "sign-in";
export const isDrain = (message: unknown): message is DrainMessage => kindOf(message) === "drain";
export const isFiguresQuestion = (message: unknown): message is FiguresQuestion => kindOf(message) === "figures?";
export const isFigures = (message: unknown): message is FiguresMessage => kindOf(message) === "figures";
export const isSumQuestion = (message: unknown): message is SumQuestion => kindOf(message) === "sum?";
export const isSum = (message: unknown): message is SumMessage => kindOf(message) === "sum";
