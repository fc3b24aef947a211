/** One request in parts, so that a failing one can be made smaller. `{{etag}}` and the like stand for what was learned. */
export interface RequestShot {
  readonly kind: string;
  /** Who signs in; null = nobody. */
  readonly as: string | null;
  readonly verb: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** One character an octet (Latin-1), so that it can be kept as JSON. */
  readonly body: string;
}

/** Octets for a connection of their own: broken HTTP, pipelines, bodies that stop halfway. */
export interface WireShot {
  readonly kind: string;
  /** One character an octet, sent one after the other. */
  readonly pieces: readonly string[];
  /** What the client does behind the last piece: `wait` for what may come, or for one whole `answer`. */
  readonly ending: "wait" | "answer" | "close" | "abort";
}

export type Shot = RequestShot | WireShot;

export const isWireShot = (shot: Shot): shot is WireShot => "pieces" in shot;

/** UTF-8 octets of a text, one character each. */
export const octets = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** The password of the accounts of a run. */
export const passwordOf = (login: string): string => `${login}-password`;

const basic = (login: string): string => `Basic ${Buffer.from(`${login}:${passwordOf(login)}`).toString("base64")}`;

/** The request as it goes over the wire, one character an octet. */
export function requestOctets(shot: RequestShot): string {
  const { as, verb, path, headers, body } = shot;
  const signed =
    as === null || headers.some(([name]) => name === "Authorization") ? [] : [["Authorization", basic(as)]];
  const length = body === "" && ["GET", "HEAD", "OPTIONS"].includes(verb) ? [] : [["Content-Length", body.length]];
  const lines = [["Host", "mail.example"], ...signed, ...length, ...headers].map(
    ([name, value]) => `${name}: ${value}`,
  );
  return `${octets(`${verb} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`)}${body}`;
}
