// Reads 207 answers far enough to judge them. Prefixes of names are dropped; what does not nest is an error.

const TOKEN = /<!\[CDATA\[([\s\S]*?)\]\]>|<[!?][^>]*>|<(\/?)(?:[\w.-]+:)?([\w.-]+)[^>]*?(\/?)>|([^<]+)/g;
const ENTITY = /&(?:#x([0-9a-f]+)|#(\d+)|(amp|lt|gt|quot|apos));/gi;
const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const plain = (text) =>
  text.includes("&")
    ? text.replace(ENTITY, (_, hex, decimal, name) =>
        name ? NAMED[name.toLowerCase()] : String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal)),
      )
    : text;

/** The path of an href, its percent signs resolved. */
export function pathOf(href) {
  const path = href.trim().replace(/^https?:\/\/[^/]+/, "");
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const statusOf = (text) => Number(/\s(\d{3})/.exec(text)?.[1] ?? 0);

/** `{ token, responses: [{ href, status, props }] }`; `props` are those that were found, the text of each by its name. */
export function readMultistatus(octets) {
  const answer = { token: null, responses: [] };
  const open = [];
  let response = null;
  let propstat = null;
  let text = "";

  const close = (name) => {
    const parent = open.at(-1);
    if (parent === "prop" && propstat) propstat.props[name] = text;
    else if (open.includes("prop")) return;
    else if (name === "href" && parent === "response") response.href = pathOf(text);
    else if (name === "status" && propstat) propstat.status = statusOf(text);
    else if (name === "status" && response) response.status = statusOf(text);
    else if (name === "propstat" && propstat) {
      if (propstat.status === 200) Object.assign(response.props, propstat.props);
      propstat = null;
    } else if (name === "response") response = null;
    else if (name === "sync-token" && !response) answer.token = text.trim();
  };

  for (const [, raw, closing, name, empty, characters] of octets.toString("utf8").matchAll(TOKEN)) {
    if (characters !== undefined) text += plain(characters);
    else if (raw !== undefined) text += raw;
    else if (name === undefined) continue;
    else {
      if (!closing) {
        open.push(name);
        text = "";
        if (name === "response") answer.responses.push((response = { href: null, status: null, props: {} }));
        if (name === "propstat") propstat = { status: 0, props: {} };
      }
      if (closing || empty) {
        if (open.pop() !== name) throw new Error(`</${name}> closes something else`);
        close(name);
        if (!open.includes("prop") || open.at(-1) === "prop") text = "";
      }
    }
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is not closed`);
  return answer;
}
