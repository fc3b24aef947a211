import { Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { readXml, XML_LIMITS, type XmlElement } from "@kalends/dav-xml";

/** An answer as it came over the wire. Header names are lower case. */
export interface DavResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as XML. Throws when it is none. */
  xml(): XmlElement;
}

export interface DavRequest {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
}

export interface Connection {
  readonly base: string;
  /** Sends one request of any method. `path` is an absolute path or a URL on the same server. Follows no redirects. */
  request(method: string, path: string, options?: DavRequest): Promise<DavResponse>;
  close(): void;
}

export interface Credentials {
  readonly login: string;
  readonly password: string;
}

const flat = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  );

const basic = ({ login, password }: Credentials): string =>
  `Basic ${Buffer.from(`${login}:${password}`, "utf8").toString("base64")}`;

/** Connections to one server, kept open between requests; `credentials` null = nobody signs in. */
export function openConnection(base: string, credentials: Credentials | null): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const { hostname, port } = new URL(base);
  const signed: Record<string, string> = credentials ? { Authorization: basic(credentials) } : {};

  function request(method: string, path: string, options: DavRequest = {}): Promise<DavResponse> {
    const body = typeof options.body === "string" ? Buffer.from(options.body, "utf8") : options.body;
    const length = body === undefined ? {} : { "Content-Length": String(body.length) };
    // Options, not a URL: the path must arrive exactly as it was given.
    const target = path.replace(/^https?:\/\/[^/]*/, "") || "/";
    return new Promise((resolve, reject) => {
      const sent = httpRequest(
        { agent, hostname, port, method, path: target, headers: { ...signed, ...length, ...options.headers } },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", reject);
          answer.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            const headers = flat(answer.headers);
            resolve({ status: answer.statusCode ?? 0, headers, text, xml: () => parsed(text) });
          });
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  }

  return { base, request, close: () => agent.destroy() };
}

// Answers come from ourselves and may be longer than any request.
const ANY = Number.MAX_SAFE_INTEGER;
const answerLimits = { ...XML_LIMITS, size: ANY, nodes: ANY, references: ANY };

const parsed = (text: string): XmlElement => readXml(Buffer.from(text, "utf8"), answerLimits);
