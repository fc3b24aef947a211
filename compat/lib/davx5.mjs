// The requests of DAVx⁵, with its headers, namespaces and batches.
import { http } from "./http.mjs";
import { responses, text } from "./multistatus.mjs";

const BATCH = 10;
const names =
  'xmlns="DAV:" xmlns:CAL="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/" xmlns:ICAL="http://apple.com/ns/ical/" xmlns:PUSH="https://bitfire.at/webdav-push"';
/** A request body with all its namespaces declared. */
export const root = (name, content) => `<?xml version='1.0' encoding='UTF-8' ?><${name} ${names}>${content}</${name}>`;
export const asking = (...properties) =>
  root("propfind", `<prop>${properties.map((one) => `<${one} />`).join("")}</prop>`);
export const xmlHeader = { "Content-Type": "application/xml; charset=utf-8" };
export const icsHeader = { "Content-Type": "text/calendar;charset=utf-8" };

/** Requests as its HTTP library makes them: two redirects followed with the method and body kept. */
export function createClient(server, account) {
  const common = {
    "User-Agent": "DAVx5/4.5 (2026/08/01; dav4jvm; okhttp/5.1.0) Android/16",
    Accept: "*/*",
    "Accept-Language": "en-US, en;q=0.7, *;q=0.5",
  };
  const { origin, pathname } = new URL(server.base);
  const mount = pathname.replace(/\/$/, "");
  // Paths that the server told begin with its prefix; those written down in a suite, except the well-known one, do not.
  const place = (path) =>
    /^(https?:|\/\.well-known\/)/.test(path) || path.startsWith(`${mount}/`) ? path : mount + path;
  const send = async (method, path, headers = {}, body = undefined, hops = 2) => {
    const answer = await http(method, new URL(place(path), origin).href, {
      ...account,
      headers: { ...common, ...headers },
      body,
    });
    const target = answer.headers.location;
    const again = [301, 302, 307, 308].includes(answer.status) && target && hops > 0;
    return again ? send(method, target, headers, body, hops - 1) : answer;
  };
  const propfind = (path, depth, ...properties) =>
    send("PROPFIND", path, { ...xmlHeader, Depth: depth }, asking(...properties.flatMap((one) => one.split(" "))));
  const report = (path, body, headers = {}) => send("REPORT", path, { ...xmlHeader, ...headers }, body);
  const put = (path, body, headers = {}) => send("PUT", path, { ...icsHeader, ...headers }, body);
  return { send, propfind, report, put };
}

/** What it looks at before each sync. */
export async function stateOf({ propfind }, path) {
  const answer = await propfind(path, "0", "CAL:max-resource-size supported-report-set CS:getctag sync-token");
  const [{ prop }] = responses(answer.text);
  return { prop, token: text(prop, "sync-token"), ctag: text(prop, "getctag") };
}

/** sync-collection until the server stops saying that there is more; path to etag, null for what is gone. */
export async function changesSince({ report }, path, token) {
  const changes = new Map();
  for (let at = token, more = true; more;) {
    const body = root(
      "sync-collection",
      `<sync-token>${at}</sync-token><sync-level>1</sync-level><prop><getetag /><resourcetype /></prop>`,
    );
    const answer = await report(path, body, { Depth: "0" });
    if (answer.status !== 207) return { failed: answer };
    const all = responses(answer.text);
    more = all.some((one) => one.path === path && one.status === 507);
    for (const one of all.filter((one) => one.path !== path))
      changes.set(one.path, one.status === 404 ? null : text(one.prop, "getetag"));
    at = text(answer.text, "sync-token");
    if (!more) return { changes, token: at };
  }
}

/** calendar-multiget without a Depth header, ten a time. */
export async function fetched({ report }, path, paths) {
  const answers = [];
  for (let i = 0; i < paths.length; i += BATCH) {
    const wanted = paths
      .slice(i, i + BATCH)
      .map((one) => `<href>${encodeURI(one)}</href>`)
      .join("");
    const prop = "<prop><getcontenttype /><getetag /><CAL:schedule-tag /><CAL:calendar-data /></prop>";
    const answer = await report(path, root("CAL:calendar-multiget", prop + wanted));
    answers.push(...responses(answer.text));
  }
  return answers;
}
