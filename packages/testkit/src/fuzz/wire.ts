import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { readReplies, type WireReply } from "./replies.js";
import { isWireShot, type RequestShot, requestOctets, type Shot, type WireShot } from "./shot.js";

export interface Outcome {
  readonly replies: readonly WireReply[];
  readonly milliseconds: number;
  /** No answer within the patience of the client. */
  readonly isSilent: boolean;
}

export interface Wire {
  /** Sends a shot and takes what is answered. Rejects when nobody listens any more. */
  send(shot: Shot): Promise<Outcome>;
  close(): void;
}

/** How long an answer to a whole request is waited for. */
const PATIENCE_MS = 35_000;
/** How long after broken HTTP: most of it is never answered. */
const BROKEN_MS = 40;
const BETWEEN_PIECES_MS = 2;

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    socket.setEncoding("latin1");
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      // A reset is an answer like another one.
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}

interface Listening {
  readonly text: () => string;
  /** Resolves when `isEnough` says so, the connection ends, or the time is over (false). */
  readonly until: (isEnough: () => boolean, milliseconds: number) => Promise<boolean>;
}

function listen(socket: Socket): Listening {
  let text = "";
  let wake = (): void => undefined;
  const onData = (data: Buffer | string): void => {
    text += String(data);
    wake();
  };
  socket.on("data", onData);
  return {
    text: () => text,
    until(isEnough, milliseconds) {
      return new Promise((resolve) => {
        const finish = (answer: boolean): void => {
          clearTimeout(timer);
          socket.off("data", onData);
          socket.off("close", ended);
          resolve(answer);
        };
        const ended = (): void => finish(true);
        const timer = setTimeout(() => finish(false), milliseconds);
        wake = () => isEnough() && finish(true);
        socket.on("close", ended);
        if (socket.destroyed || isEnough()) finish(true);
      });
    },
  };
}

/** A client that sends exactly the octets it is given: one connection for requests, one more for each broken one. */
export function openWire(base: string): Wire {
  const { hostname, port } = new URL(base);
  let kept: Socket | null = null;

  async function request(shot: RequestShot): Promise<Outcome> {
    const octets = Buffer.from(requestOctets(shot), "latin1");
    const socket = kept && !kept.destroyed && kept.writable ? kept : await open(hostname, Number(port));
    kept = socket;
    const listening = listen(socket);
    const start = performance.now();
    socket.write(octets);
    const isHead = shot.verb === "HEAD";
    const read = () => readReplies(listening.text(), isHead);
    const isAnswered = await listening.until(() => read().replies.length > 0, PATIENCE_MS);
    const milliseconds = performance.now() - start;
    const { replies, rest } = read();
    if (!isAnswered || rest !== "" || replies.length !== 1 || replies.some(({ isLast }) => isLast)) {
      socket.destroy();
      kept = null;
    }
    return { replies, milliseconds, isSilent: !isAnswered || replies.length === 0 };
  }

  async function broken({ pieces, ending }: WireShot): Promise<Outcome> {
    const socket = await open(hostname, Number(port));
    const listening = listen(socket);
    for (const [n, piece] of pieces.entries()) {
      if (n > 0) await pause(BETWEEN_PIECES_MS);
      if (!socket.destroyed) socket.write(Buffer.from(piece, "latin1"));
    }
    if (ending === "abort") {
      await pause(BETWEEN_PIECES_MS);
      socket.resetAndDestroy();
      return { replies: [], milliseconds: 0, isSilent: false };
    }
    if (ending === "close") socket.end();
    const isAnswered = () => ending === "answer" && readReplies(listening.text(), false).replies.length > 0;
    await listening.until(isAnswered, ending === "answer" ? PATIENCE_MS : BROKEN_MS);
    socket.destroy();
    return { replies: readReplies(listening.text(), false).replies, milliseconds: 0, isSilent: false };
  }

  return {
    send: (shot) => (isWireShot(shot) ? broken(shot) : request(shot)),
    close: () => kept?.destroy(),
  };
}
