import type { Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";
import { plainAddress } from "./addresses.js";
import { type Answer, answer, formatAnswer, FtpRefusal } from "./answer.js";
import { COMMANDS } from "./commands/table.js";
import { type Command, type Control, newState, replaceChannel } from "./control.js";
import { createLineReader } from "./lines.js";
import type { FtpOptions } from "./options.js";
import { pathOf, placeOf } from "./place.js";

/** A client that signs in takes seconds. */
const SIGN_IN_MS = 60_000;
/** A client that says more than this before it reads answers is no client. */
const MOST_PENDING = 50;
/** How long a client may take to close a connection that was ended. */
const CLOSE_MS = 5_000;

/** One client. */
export interface Session {
  /** Ends it as soon as nothing is being transferred. */
  stop(): void;
  /** Ends it at once. */
  cut(): void;
}

async function outcomeOf(command: Command, control: Control, argument: string): Promise<Answer> {
  const { state, options } = control;
  try {
    if (command.needs === "nothing") return await command.run(control, argument);
    if (state.signedIn === null) return answer(530, "Sign in first: USER and PASS.");
    return await command.run(control, argument, state.signedIn);
  } catch (error) {
    if (!(error instanceof FtpRefusal))
      return answer(451, `Something went wrong; the log knows it as ${options.fault(error)}.`);
    // What was signed in with holds no longer.
    if (error.code === 530) state.signedIn = null;
    return answer(error.code, error.message);
  }
}

/** Carries out one line, and tells the log of it where it is about files or the sign-in. */
async function execute(line: string, control: Control): Promise<Answer> {
  const { options, state } = control;
  const [, verb = "", argument = ""] = /^(\S*) ?(.*)$/s.exec(line) ?? [];
  const name = verb.toUpperCase();
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return answer(502, "There is no such command here.");
  const start = performance.now();
  const said = await outcomeOf(command, control, argument);
  if (command.isLogged) {
    const place = name === "PASS" ? null : placeOf(argument, state.at, options.folder);
    const path = place?.at === "file" ? [...options.folder, place.name] : place?.at === "folder" ? place.names : null;
    options.log({
      address: control.address,
      who: state.signedIn?.who ?? null,
      command: name,
      ...(path === null ? {} : { path: pathOf(path) }),
      code: said.code,
      milliseconds: Math.round(performance.now() - start),
      isEncrypted: state.context !== null,
    });
  }
  return said;
}

/** Serves one client until it leaves, falls silent, or is sent away. `ended` is called once. */
export function startSession(raw: Socket, options: FtpOptions, ended: () => void): Session {
  const state = newState();
  const pending: string[] = [];
  let socket: Socket = raw;
  let lines = createLineReader();
  let isBusy = false;
  let isStopping = false;
  let idle: NodeJS.Timeout | undefined;

  const control: Control = {
    options,
    state,
    address: plainAddress(raw.remoteAddress),
    localAddress: plainAddress(raw.localAddress),
    host: () => (socket instanceof TLSSocket && typeof socket.servername === "string" ? socket.servername : null),
    say: (said) => void socket.write(formatAnswer(said)),
  };

  const end = (last: Answer): void => {
    pending.length = 0;
    isStopping = true;
    socket.end(formatAnswer(last));
    socket.setTimeout(CLOSE_MS, () => raw.destroy());
  };
  const wait = (): void => {
    clearTimeout(idle);
    idle = setTimeout(() => end(answer(421, "You said nothing for too long.")), options.idle);
  };
  const mustSignIn = setTimeout(() => {
    if (state.signedIn === null) end(answer(421, "Nobody signed in."));
  }, SIGN_IN_MS);

  function closed(): void {
    clearTimeout(idle);
    clearTimeout(mustSignIn);
    pending.length = 0;
    state.transfer?.abort();
    replaceChannel(control, null);
    raw.destroy();
    ended();
  }

  function encrypt(secureContext: SecureContext): void {
    socket.off("data", read);
    // What came in the clear after AUTH is not what the client said (RFC 4217 4).
    pending.length = 0;
    lines = createLineReader();
    socket = new TLSSocket(raw, { isServer: true, secureContext });
    socket.on("error", () => raw.destroy());
    socket.on("data", read);
  }

  async function work(): Promise<void> {
    isBusy = true;
    clearTimeout(idle);
    for (let line = pending.shift(); line !== undefined; line = pending.shift()) {
      const said = await execute(line, control);
      if (raw.destroyed) return;
      if (said.ends) return end(said);
      await new Promise((resolve) => socket.write(formatAnswer(said), resolve));
      if (said.encrypts) encrypt(said.encrypts);
      if (isStopping) return end(answer(421, "The server stops."));
    }
    isBusy = false;
    wait();
  }

  function read(chunk: Buffer): void {
    if (isStopping) return;
    const found = lines.take(chunk);
    if (found === null || pending.length + found.length > MOST_PENDING) {
      return end(answer(421, "That was too much at once."));
    }
    pending.push(...found);
    if (found.some((line) => /^ABOR\b/i.test(line))) state.transfer?.abort();
    if (!isBusy) void work();
  }

  raw.setNoDelay(true);
  raw.setKeepAlive(true, SIGN_IN_MS);
  raw.on("error", () => raw.destroy());
  raw.once("close", closed);
  raw.on("data", read);
  control.say(answer(220, options.greeting));
  wait();
  return {
    stop() {
      if (isBusy) isStopping = true;
      else end(answer(421, "The server stops."));
    },
    cut: () => void raw.destroy(),
  };
}
