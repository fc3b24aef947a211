import { connect, createServer, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** An answer of an FTP server; `text` holds all its lines (RFC 959 4.2). */
export interface FtpAnswer {
  readonly code: number;
  readonly text: string;
}

/** How a data connection is opened: where the server waits, or where we do. */
export type DataWay = "PASV" | "EPSV" | "PORT" | "EPRT";

/** A raw FTP client: it sends what it is told, line by line. */
export interface FtpClient {
  /** The first answer, before anything was said. */
  readonly greeting: FtpAnswer;
  /** Sends a line and waits for its answer. */
  say(line: string): Promise<FtpAnswer>;
  /** Sends octets and waits for nothing. */
  write(text: string | Uint8Array): void;
  /** The next answer; code 0 when the server closed the connection instead. */
  next(): Promise<FtpAnswer>;
  /** The TLS handshake alone; with `host` as the name asked for. */
  handshake(host?: string): Promise<void>;
  /** AUTH TLS, the handshake, and protection of data; with `host` as the name asked for. */
  encrypt(host?: string): Promise<FtpAnswer>;
  signIn(name: string, password: string): Promise<FtpAnswer>;
  /** Sends a file by this command; gives the last answer. */
  upload(command: string, body: string | Uint8Array, way?: DataWay): Promise<FtpAnswer>;
  /** Takes what this command gives, and its last answer. */
  download(command: string, way?: DataWay): Promise<FtpAnswer & { readonly data: string }>;
  close(): void;
}

const answerIn = (buffered: string): { readonly answer: FtpAnswer; readonly rest: string } | null => {
  const found = /^(?:(\d{3})-[^]*?\r\n\1 .*\r\n|(\d{3}) .*\r\n)/.exec(buffered);
  if (!found) return null;
  const [text, several, one] = found;
  return { answer: { code: Number(several ?? one), text }, rest: buffered.slice(text.length) };
};

const CLOSED: FtpAnswer = { code: 0, text: "" };

const connected = (socket: Socket, event = "connect"): Promise<Socket> =>
  new Promise((resolve, reject) => {
    socket.once(event, () => resolve(socket));
    socket.once("error", reject);
  });

const all = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", () => socket.destroy());
    socket.once("close", () => resolve(Buffer.concat(chunks).toString("utf8")));
  });

/** Where a PASV or EPSV answer says the server waits. */
export function portIn({ text }: FtpAnswer): number {
  const [, extended, high, low] = /\(\|\|\|(\d+)\|\)|\((?:\d+,){4}(\d+),(\d+)\)/.exec(text) ?? [];
  return extended === undefined ? Number(high) * 256 + Number(low) : Number(extended);
}

/** Connects to an FTP server on the loopback address. */
export async function openFtp(port: number): Promise<FtpClient> {
  let socket = await connected(connect(port, "127.0.0.1"));
  let buffered = "";
  let isClosed = false;
  let isProtected = false;
  let wake = (): void => undefined;

  const listen = (to: Socket): void => {
    to.on("data", (chunk: Buffer) => {
      buffered += chunk.toString("utf8");
      wake();
    });
    to.on("error", () => to.destroy());
    to.on("close", () => {
      isClosed = true;
      wake();
    });
  };
  listen(socket);

  async function next(): Promise<FtpAnswer> {
    for (;;) {
      const found = answerIn(buffered);
      if (found) {
        buffered = found.rest;
        return found.answer;
      }
      if (isClosed) return CLOSED;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  const say = (line: string): Promise<FtpAnswer> => {
    socket.write(`${line}\r\n`);
    return next();
  };

  /** Agrees on a data connection; what it gives opens it. */
  async function agree(way: DataWay): Promise<() => Promise<Socket>> {
    if (way === "PASV" || way === "EPSV") {
      const where = portIn(await say(way));
      return () => connected(connect(where, "127.0.0.1"));
    }
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port: own } = server.address() as { port: number };
    const opened = new Promise<Socket>((resolve) => server.once("connection", resolve));
    await say(way === "PORT" ? `PORT 127,0,0,1,${own >> 8},${own & 255}` : `EPRT |1|127.0.0.1|${own}|`);
    return () => opened.finally(() => server.close());
  }

  const secured = async (plain: Socket): Promise<Socket> =>
    isProtected ? connected(connectTls({ socket: plain, rejectUnauthorized: false }), "secureConnect") : plain;

  /** Gives a data connection where the server takes one, else the answer that refuses it. */
  async function begin(command: string, way: DataWay): Promise<Socket | FtpAnswer> {
    const open = await agree(way);
    const isPassive = way === "PASV" || way === "EPSV";
    const early = isPassive ? await open() : null;
    early?.on("error", () => early.destroy());
    const said = await say(command);
    if (said.code !== 150) {
      early?.destroy();
      return said;
    }
    return secured(early ?? (await open()));
  }

  async function handshake(host?: string): Promise<void> {
    socket.removeAllListeners("data");
    const names = host === undefined ? {} : { servername: host };
    const secure = connectTls({ socket, rejectUnauthorized: false, ...names });
    await connected(secure, "secureConnect");
    socket = secure;
    listen(secure);
  }

  const greeting = await next();
  return {
    greeting,
    say,
    next,
    write: (text) => void socket.write(text),
    handshake,
    async encrypt(host) {
      const said = await say("AUTH TLS");
      if (said.code !== 234) return said;
      await handshake(host);
      await say("PBSZ 0");
      isProtected = (await say("PROT P")).code === 200;
      return said;
    },
    async signIn(name, password) {
      await say(`USER ${name}`);
      return say(`PASS ${password}`);
    },
    async upload(command, body, way = "EPSV") {
      const data = await begin(command, way);
      if ("code" in data) return data;
      data.on("error", () => data.destroy());
      data.resume();
      data.end(body);
      return next();
    },
    async download(command, way = "EPSV") {
      const data = await begin(command, way);
      if ("code" in data) return { ...data, data: "" };
      const text = await all(data);
      return { ...(await next()), data: text };
    },
    close: () => void socket.destroy(),
  };
}
