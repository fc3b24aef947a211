import { Readable } from "node:stream";
import { type Clark, readXml, type XmlElement } from "@kalends/dav-xml";
import type { Exchange } from "../src/exchange.js";
import { inlineOffload } from "../src/offload.js";
import { createLinks } from "../src/paths/links.js";
import { handle } from "../src/pipeline/pipeline.js";
import { refuseStatus } from "../src/refusal.js";
import { type SentReply, sendReply } from "../src/reply.js";
import { NOW, person, type World } from "./world.js";

export interface Ask {
  /** "" = nobody. */
  readonly as?: string;
  readonly epoch?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** An exchange as the server would open it. */
export function exchangeFor(world: World, verb: string, path: string, ask: Ask = {}): Exchange {
  const { as = "ann", epoch = 1, headers = {}, body } = ask;
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : (body ?? new Uint8Array());
  const length = body === undefined ? {} : { "content-length": String(bytes.length) };
  return {
    services: {
      db: world.db,
      catalogue: world.registry,
      limits: world.limits,
      offload: inlineOffload,
      clock: () => NOW,
      newName: () => "new",
    },
    by: as === "" ? null : { ...person(world, as), epoch },
    verb,
    path,
    query: new URLSearchParams(),
    headers: new Map(Object.entries({ ...length, ...headers })),
    domain: world.domain,
    origin: "https://mail.example",
    links: createLinks("mail.example"),
    signal: new AbortController().signal,
    xml: async () => (bytes.length === 0 ? null : readXml(bytes)),
    bytes: async (most) => (bytes.length > most ? refuseStatus(413, "too large") : bytes),
    body: () => Readable.from([bytes]),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly statements: number;
}

/** One request through the whole pipeline, and its answer as it would go over the wire. */
export async function send(world: World, verb: string, path: string, ask: Ask = {}): Promise<Answer> {
  const cx = exchangeFor(world, verb, path, ask);
  world.statements.length = 0;
  const { status, headers, body } = sendReply(await handle(cx, world.registry), cx);
  const text = await textOf(body);
  return { status, headers, text, statements: world.statements.length };
}

async function textOf(body: SentReply["body"]): Promise<string> {
  if (body === null) return "";
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString("utf8");
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

const D = (local: string): Clark => `{DAV:}${local}`;
const all = (el: XmlElement, name: Clark) => el.children.filter((each) => each.name === name);
const codeOf = (el: XmlElement) => Number(/ (\d{3})/.exec(all(el, D("status"))[0]?.text ?? "")?.[1] ?? 0);

export interface Told {
  readonly href: string;
  /** Of the response itself, else 0. */
  readonly status: number;
  readonly props: ReadonlyMap<Clark, { readonly status: number; readonly el: XmlElement }>;
  readonly error: Clark | undefined;
}

/** The responses of a multistatus, in order. */
export function toldIn(multistatus: XmlElement): readonly Told[] {
  return all(multistatus, D("response")).map((response) => ({
    href: all(response, D("href"))[0]?.text ?? "",
    status: codeOf(response),
    error: all(response, D("error"))[0]?.children[0]?.name,
    props: new Map(
      all(response, D("propstat")).flatMap((propstat) =>
        (all(propstat, D("prop"))[0]?.children ?? []).map((el) => [el.name, { status: codeOf(propstat), el }] as const),
      ),
    ),
  }));
}
