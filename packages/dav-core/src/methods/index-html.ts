export interface IndexEntry {
  readonly href: string;
  readonly title: string;
  /** Octets. */
  readonly size?: number;
  /** Epoch milliseconds. */
  readonly modifiedAt?: number;
}

export interface IndexContent {
  readonly title: string;
  readonly note: string;
  readonly up: string | null;
  /** The full address, to copy. */
  readonly address: string;
  readonly entries: readonly IndexEntry[];
  readonly isCut: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (c) => ESCAPES[c] ?? c);

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:44rem;margin:3rem auto;padding:0 1.25rem}
h1{font-size:1.6rem;line-height:1.2;margin:.25rem 0 .5rem}
p{margin:.5rem 0}
code{display:block;overflow-x:auto;padding:.6rem .8rem;border:1px solid color-mix(in srgb,currentColor 20%,transparent);border-radius:.5rem}
table{width:100%;border-collapse:collapse;margin-top:1.5rem}
th{text-align:left;font-weight:600}
th,td{padding:.45rem .75rem .45rem 0;border-bottom:1px solid color-mix(in srgb,currentColor 15%,transparent)}
td+td,th+th{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
a{color:LinkText;overflow-wrap:anywhere}`;

function sizeOf(octets: number): string {
  if (octets < 1024) return `${octets} B`;
  return octets < 1_048_576 ? `${(octets / 1024).toFixed(1)} KB` : `${(octets / 1_048_576).toFixed(1)} MB`;
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 16).replace("T", " ");

function row({ href, title, size, modifiedAt }: IndexEntry, detailed: boolean): string {
  const name = `<td><a href="${escaped(href)}">${escaped(title)}</a></td>`;
  if (!detailed) return `<tr>${name}</tr>`;
  const changed = modifiedAt === undefined ? "" : dayOf(modifiedAt);
  return `<tr>${name}<td>${size === undefined ? "" : sizeOf(size)}</td><td>${changed}</td></tr>`;
}

function table(entries: readonly IndexEntry[]): string {
  if (entries.length === 0) return "";
  const detailed = entries.some(({ size }) => size !== undefined);
  const head = detailed ? "<th>Name</th><th>Size</th><th>Changed (UTC)</th>" : "<th>Name</th>";
  const rows = entries.map((entry) => row(entry, detailed)).join("\n");
  return `<table><thead><tr>${head}</tr></thead>\n<tbody>\n${rows}\n</tbody></table>\n`;
}

/** The page as a whole; everything that came from people is escaped. */
export function indexHtml({ title, note, up, address, entries, isCut }: IndexContent): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escaped(title)}</title><style>${STYLE}</style></head>
<body>${up === null ? "" : `<p><a href="${escaped(up)}">Up</a></p>`}
<h1>${escaped(title)}</h1>
${note === "" ? "" : `<p>${escaped(note)}</p>`}
<code>${escaped(address)}</code>
${table(entries)}${isCut ? "<p>There are more than can be shown here.</p>\n" : ""}</body></html>
`;
}
