import { type Clark, cal, dav } from "@kalends/dav-xml";
import {
  mkcalendarBody,
  multigetBody,
  type PropertyValues,
  propfindBody,
  proppatchBody,
  queryBody,
  syncBody,
  type TimeRange,
} from "./bodies.js";
import { type Connection, type Credentials, type DavResponse, openConnection } from "./connection.js";
import { type Multistatus, readMultistatus } from "./multistatus.js";

type Headers = Readonly<Record<string, string>>;

/** What clients do, in one call each. Those that give a Multistatus throw when the answer is no 207. */
export interface DavClient extends Connection {
  propfind(
    path: string,
    names: readonly Clark[],
    depth?: "0" | "1" | "infinity",
    headers?: Headers,
  ): Promise<Multistatus>;
  proppatch(path: string, set: PropertyValues, remove?: readonly Clark[]): Promise<Multistatus>;
  report(path: string, body: string, headers?: Headers): Promise<DavResponse>;
  put(path: string, text: string, headers?: Headers): Promise<DavResponse>;
  get(path: string, headers?: Headers): Promise<DavResponse>;
  delete(path: string, headers?: Headers): Promise<DavResponse>;
  mkcalendar(path: string, set?: PropertyValues): Promise<DavResponse>;
  syncCollection(path: string, token: string, options?: SyncOptions): Promise<Multistatus>;
  multiget(path: string, hrefs: readonly string[], names?: readonly Clark[]): Promise<Multistatus>;
  query(path: string, component: string, range: TimeRange | null, names?: readonly Clark[]): Promise<Multistatus>;
}

export interface SyncOptions {
  readonly names?: readonly Clark[];
  readonly limit?: number;
}

const XML: Headers = { "Content-Type": "application/xml; charset=utf-8" };
const bodyNames = [dav("getetag"), cal("calendar-data")];

/** The multistatus of an answer. Throws, with the answer, when it is none. */
export function multistatusOf(answer: DavResponse): Multistatus {
  if (answer.status !== 207) throw new Error(`expected 207 but got ${answer.status}: ${answer.text.slice(0, 500)}`);
  return readMultistatus(answer.xml());
}

/** A DAV client on real sockets; it follows no redirects and retries nothing. */
export function openClient(base: string, credentials: Credentials | null): DavClient {
  const connection = openConnection(base, credentials);
  const { request } = connection;
  const report: DavClient["report"] = (path, body, headers = {}) =>
    request("REPORT", path, { headers: { ...XML, Depth: "1", ...headers }, body });
  return {
    ...connection,
    report,
    async propfind(path, names, depth = "0", headers = {}) {
      const options = { headers: { ...XML, Depth: depth, ...headers }, body: propfindBody(names) };
      return multistatusOf(await request("PROPFIND", path, options));
    },
    async proppatch(path, set, remove = []) {
      return multistatusOf(await request("PROPPATCH", path, { headers: XML, body: proppatchBody(set, remove) }));
    },
    put: (path, text, headers = {}) =>
      request("PUT", path, { headers: { "Content-Type": "text/calendar; charset=utf-8", ...headers }, body: text }),
    get: (path, headers = {}) => request("GET", path, { headers }),
    delete: (path, headers = {}) => request("DELETE", path, { headers }),
    mkcalendar: (path, set = {}) => request("MKCALENDAR", path, { headers: XML, body: mkcalendarBody(set) }),
    async syncCollection(path, token, { names = [dav("getetag")], limit } = {}) {
      return multistatusOf(await report(path, syncBody(token, names, limit), { Depth: "0" }));
    },
    async multiget(path, hrefs, names = bodyNames) {
      return multistatusOf(await report(path, multigetBody(hrefs, names)));
    },
    async query(path, component, range, names = [dav("getetag")]) {
      return multistatusOf(await report(path, queryBody(component, range, names)));
    },
  };
}
