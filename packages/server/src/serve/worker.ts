import type { KnownSignIn } from "@kalends/accounts";
import { AdminError } from "../admin/command.js";
import type { House } from "../compose.js";
import type { Config } from "../config/schema.js";
import { openHouse } from "../open-house.js";
import { tellFigures } from "./figures.js";
import { openFront } from "./front.js";
import { type HelloMessage, isDrain, isKey, isSignIn, type ReadyMessage, type SignInMessage } from "./messages.js";
import { stopSignal } from "./signals.js";

/** One of several processes behind a socket: serves HTTP until the first process says so, or is gone. */
export async function serveAsWorker(config: Config): Promise<void> {
  let ready = false;
  const signIns = { key: await firstKey(), tell: tellOthers };
  const known: { house?: House } = {};
  const figures = tellFigures(() => known.house);
  const opened = await openHouse(config, { ready: () => ready, signIns, everybody: figures.everybody });
  known.house = opened.house;
  const { authenticator } = opened.house;
  process.on("message", (message: unknown) => {
    if (isSignIn(message)) authenticator.learn(message.known);
  });
  try {
    const told = leaveToEnd();
    const front = await openFront(opened.house);
    const message: ReadyMessage = { kind: "ready", base: front.base };
    ready = true;
    process.send?.(message);
    const replaced = await told;
    ready = false;
    await front.stop(replaced);
    await figures.last();
  } finally {
    await opened.close();
    // The channel to the first process would keep this one alive.
    if (process.connected) process.disconnect();
  }
}

/** Asks for the key; without the process that answers there is nothing to do. */
function firstKey(): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    process.on("message", (message: unknown) => {
      if (isKey(message)) resolve(Buffer.from(message.key, "base64"));
    });
    process.once("disconnect", () => reject(new AdminError("the process that started this worker is gone")));
    process.send?.({ kind: "hello" } satisfies HelloMessage);
  });
}

function tellOthers(known: KnownSignIn): void {
  if (process.connected) process.send?.({ kind: "sign-in", known } satisfies SignInMessage);
}

/** Resolves when the worker is to end: true when another one serves in its place. */
function leaveToEnd(): Promise<boolean> {
  return new Promise((resolve) => {
    process.on("message", (message: unknown) => {
      if (isDrain(message)) resolve(message.replaced);
    });
    process.once("disconnect", () => resolve(false));
    void stopSignal().then(() => resolve(false));
  });
}
