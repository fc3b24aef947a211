import { attr, child, children, type Clark, dav, readXml, type XmlElement, XML_LIMITS } from "@kalends/dav-xml";
import { AdminError } from "../../admin/command.js";

/** One response of a multistatus: the properties that were found. */
export interface DavResponse {
  /** Whole URL. */
  readonly url: string;
  readonly property: (name: Clark) => XmlElement | undefined;
}

export interface DavClient {
  propfind(url: string, depth: "0" | "1", names: readonly Clark[]): Promise<readonly DavResponse[]>;
  /** The same for any report; undefined where the server has no such report. */
  report(url: string, body: string): Promise<readonly DavResponse[] | undefined>;
  /** A text, or undefined when it is gone. */
  get(url: string): Promise<string | undefined>;
}

const TIMEOUT_MS = 120_000;
/** Answers of large calendars; what they hold is checked by whoever stores it. */
const LIMITS = { ...XML_LIMITS, size: 256 * 2 ** 20, nodes: 10_000_000, references: 100_000_000 };

/** A server that is asked with a name and a password. Throws `AdminError` with what the server said. */
export function davClient(user: string | undefined, password: string): DavClient {
  const credentials =
    user === undefined ? {} : { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };

  async function send(method: string, url: string, headers: Record<string, string>, body?: string): Promise<Response> {
    const answer = await fetch(url, {
      method,
      headers: { ...credentials, "User-Agent": "Kalends-Import", ...headers },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: Error) => {
      const { cause } = error as { readonly cause?: { readonly message?: string } };
      throw new AdminError(`cannot reach ${url}: ${cause?.message ?? error.message}`);
    });
    if (answer.status === 401) throw new AdminError(refusal(answer, url));
    return answer;
  }

  const XML = { "Content-Type": "application/xml; charset=utf-8" };
  return {
    async propfind(url, depth, names) {
      const body = `<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop>${names.map(tag).join("")}</prop></propfind>`;
      const answer = await send("PROPFIND", url, { ...XML, Depth: depth }, body);
      if (answer.status !== 207)
        throw new AdminError(`${url} answered ${answer.status} to PROPFIND: it is no CalDAV server`);
      return responsesOf(await answer.text(), answer.url || url);
    },
    async report(url, body) {
      const answer = await send("REPORT", url, { ...XML, Depth: "1" }, body);
      return answer.status === 207 ? responsesOf(await answer.text(), answer.url || url) : undefined;
    },
    async get(url) {
      const answer = await send("GET", url, { Accept: "text/calendar" });
      return answer.ok ? answer.text() : undefined;
    },
  };
}

function refusal(answer: Response, url: string): string {
  const offered = answer.headers.get("www-authenticate") ?? "";
  if (offered !== "" && !/\bbasic\b/i.test(offered))
    return `${url} wants another kind of sign-in than Basic: ${offered.slice(0, 100)}`;
  return `${url} refuses the name and the password; an account with a second factor needs an app password`;
}

/** `{DAV:}prop` as an element with its namespace. */
const tag = (name: Clark): string => {
  const [, namespace = "", local = ""] = /^\{(.*)\}(.*)$/.exec(name) ?? [];
  return `<x:${local} xmlns:x="${namespace}"/>`;
};

function responsesOf(text: string, base: string): readonly DavResponse[] {
  const root = read(text, base);
  return children(root, dav("response")).map((response) => {
    const props = children(response, dav("propstat"))
      .filter((propstat) => /\s200\b/.test(child(propstat, dav("status"))?.text ?? ""))
      .flatMap((propstat) => child(propstat, dav("prop"))?.children ?? []);
    return {
      url: new URL(child(response, dav("href"))?.text.trim() ?? "", base).href,
      property: (name) => props.find((prop) => prop.name === name),
    };
  });
}

function read(text: string, url: string): XmlElement {
  try {
    return readXml(text, LIMITS);
  } catch (error) {
    throw new AdminError(`the answer of ${url} cannot be read: ${(error as Error).message}`);
  }
}

/** The href inside a property, as a whole URL. */
export function hrefIn(response: DavResponse | undefined, name: Clark): string | undefined {
  const element = response?.property(name);
  const href = element && child(element, dav("href"))?.text.trim();
  return response && href ? new URL(href, response.url).href : undefined;
}

/** The names that a property lists as `<comp name="…"/>`. */
export const componentNamesIn = (element: XmlElement | undefined): readonly string[] =>
  (element?.children ?? []).map((each) => attr(each, "name")?.toUpperCase() ?? "");
