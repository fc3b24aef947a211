import { request as openHttp, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as openHttps } from "node:https";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Declares a body and does not send it: who refuses it does so by its length. */
  readonly declared?: number;
  readonly timeoutMs?: number;
}

const PATIENCE_MS = 10_000;
const LARGEST = 1024 * 1024;

/** One request on a connection of its own. Rejects with the error of the network, or `ETIMEDOUT`. Follows nothing. */
export function ask(url: string, question: Question = {}): Promise<Answer> {
  const { method = "GET", headers = {}, body, declared, timeoutMs = PATIENCE_MS } = question;
  const open = url.startsWith("https:") ? openHttps : openHttp;
  const length = declared ?? (body === undefined ? undefined : Buffer.byteLength(body));
  const sent = {
    "User-Agent": "kalends-doctor",
    ...(length === undefined ? {} : { "Content-Length": length }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const request = open(url, { method, headers: sent, agent: false }, (response) => {
      read(response).then(resolve, reject);
      if (declared !== undefined) response.once("end", () => request.destroy());
    });
    const late = setTimeout(() => {
      request.destroy(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" }));
    }, timeoutMs);
    request.once("close", () => clearTimeout(late));
    request.once("error", reject);
    if (declared === undefined) request.end(body);
    else request.flushHeaders();
  });
}

function read(response: IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    response.on("data", (piece: Buffer) => {
      size += piece.length;
      if (size <= LARGEST) pieces.push(piece);
    });
    response.once("error", reject);
    response.once("end", () => {
      const body = Buffer.concat(pieces).toString("utf8");
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    });
  });
}

/** The code of an error of the network or of TLS, else its message. */
export function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
