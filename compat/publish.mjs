// Clients that publish a calendar as one file: they look at it, lock it, put it and give the lock back (RFC 4918 9.10).
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openCadaver, succeeded } from "./lib/cadaver.mjs";
import { header, openCurl } from "./lib/curl.mjs";
import { http, ICS } from "./lib/http.mjs";
import { at, calendar, component, event } from "./lib/ics.mjs";
import { ensure } from "./lib/packages.mjs";

const FILE = "/CalendarData/~pia/Calendar.ics";
const lockinfo = (owner) =>
  `<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner>${owner}</D:owner></D:lockinfo>`;
const properties = `<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/><D:getetag/><D:getlastmodified/><D:lockdiscovery/><D:supportedlock/></D:prop></D:propfind>`;
const win32 = `<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop><Z:Win32LastModifiedTime>Sat, 21 Nov 2026 10:00:00 GMT</Z:Win32LastModifiedTime><Z:Win32FileAttributes>00000020</Z:Win32FileAttributes></D:prop></D:set></D:propertyupdate>`;

export async function run(server, checks) {
  if (!ensure("curl") || !ensure("cadaver")) return checks.skip("everything", "curl or cadaver cannot be installed");
  const account = server.account("pia");
  const scene = { server, account, checks, curl: openCurl(server, account) };
  const week = [component("VEVENT", "one@publish", `DTSTART:${at(1)}Z`, "SUMMARY:One")].flat();
  writeFileSync(join(server.folder, "Calendar.ics"), calendar(...week));
  writeFileSync(join(server.folder, "event.ics"), event("one@publish", `DTSTART:${at(1)}Z`, "SUMMARY:Slipped in"));
  likeWindows(scene);
  stale(scene);
  await withCadaver(scene);
}

const xml = (body) => ["-H", "Content-Type: application/xml", "-d", body];
const upload = (...more) => ["-T", "Calendar.ics", "-H", "Content-Type: text/calendar", ...more];
const tokenOf = (answer) => header(answer, "Lock-Token")?.slice(1, -1) ?? "";

/** OPTIONS, PROPFIND, LOCK, PUT, PROPPATCH, UNLOCK: the order in which Windows writes a file. */
function likeWindows({ curl, checks }) {
  const options = curl(FILE, "-X", "OPTIONS");
  const allow = (header(options, "Allow") ?? "").split(", ");
  const isClass2 = (header(options, "DAV") ?? "").split(", ").includes("2");
  checks.ok("tells that it can be locked", isClass2 && allow.includes("LOCK"), options.head);
  const found = curl(FILE, "-X", "PROPFIND", "-H", "Depth: 0", ...xml(properties));
  checks.ok(
    "looks like a file with a tag",
    found.status === 207 &&
      found.body.includes("<D:resourcetype/>") &&
      /<D:getetag>"[^<]+<\/D:getetag>/.test(found.body),
    found.body,
  );
  const locked = curl(FILE, "-X", "LOCK", "-H", "Depth: 0", "-H", "Timeout: Second-3600", ...xml(lockinfo("WIN\\pia")));
  const token = tokenOf(locked);
  checks.ok("is locked", locked.status === 200 && locked.body.includes(token) && token !== "", locked.head);
  const held = [`If: (<${token}>)`, `If: <${FILE}> (<${token}>)`];
  checks.ok("takes nothing without the token", curl(FILE, ...upload()).status === 423);
  const inside = curl("/CalDAV/~pia/Calendar/new.ics", "-T", "event.ics", "-H", "Content-Type: text/calendar");
  checks.ok("nor by the calendar's other address", inside.status === 423, inside.head);
  const second = curl(FILE, "-X", "LOCK", ...xml(lockinfo("somebody else")));
  checks.ok("is not locked twice", second.status === 423, second.head);
  const put = held.map((line) => curl(FILE, ...upload("-H", line)).status);
  checks.ok("takes the file with the token, named alone or after its address", put.join() === "204,204", put.join());
  const marked = curl(FILE, "-X", "PROPPATCH", "-H", held[0], ...xml(win32));
  checks.ok("keeps the marks that follow", marked.status === 207 && !/HTTP\/1.1 [45]/.test(marked.body), marked.body);
  const fresh = curl(FILE, "-X", "LOCK", "-H", held[0], "-H", "Timeout: Second-600");
  checks.ok("holds the lock longer when asked", fresh.status === 200 && fresh.body.includes(token), fresh.head);
  const freed = curl(FILE, "-X", "UNLOCK", "-H", `Lock-Token: <${token}>`);
  checks.ok("gives it back", freed.status === 204 && curl(FILE, ...upload()).status === 204, freed.head);
  checks.ok("and has what was put", curl(FILE).body.includes("SUMMARY:One"));
}

/** A token that has run out is no token, and a tag that is old is no tag. */
function stale({ curl, checks }) {
  const token = tokenOf(curl(FILE, "-X", "LOCK", ...xml(lockinfo("pia"))));
  curl(FILE, "-X", "UNLOCK", "-H", `Lock-Token: <${token}>`);
  checks.ok("a lock that is gone lets nothing through", curl(FILE, ...upload("-H", `If: (<${token}>)`)).status === 412);
  const etag = header(curl(FILE, "-I"), "ETag");
  checks.ok("a version can be named instead of a lock", curl(FILE, ...upload("-H", `If: ([${etag}])`)).status === 204);
  checks.ok("another version is refused", curl(FILE, ...upload("-H", 'If: (["another"])')).status === 412);
  const nowhere = curl("/CalendarData/~pia/Nothing.ics", "-X", "LOCK", ...xml(lockinfo("pia")));
  checks.ok("what is not there is not locked", nowhere.status === 404, nowhere.head);
}

/** cadaver asks for a folder first; in it the file is locked, put and unlocked as it stands. */
async function withCadaver({ server, account, checks }) {
  const cadaver = openCadaver(server.folder, account, `${server.base}/CalDAV/~pia/`);
  const file = FILE;
  const said = cadaver(`lock ${file}`, `discover ${file}`, `put Calendar.ics ${file}`, `unlock ${file}`);
  checks.ok("cadaver locks, puts and unlocks it", succeeded(said, 3) && said.includes("urn:uuid:"), said);
  const kept = cadaver(`lock ${file}`, `put Calendar.ics ${file}`);
  const [, token = ""] = /Lock token <([^>]+)>/.exec(cadaver(`discover ${file}`)) ?? [];
  const other = await http("PUT", server.base + file, { ...account, headers: ICS, body: calendar() });
  checks.ok("what it leaves locked takes no other file", succeeded(kept, 2) && other.status === 423, kept);
  const freed = await http("UNLOCK", server.base + file, { ...account, headers: { "Lock-Token": `<${token}>` } });
  checks.ok("until its token gives it back", freed.status === 204, `${token} ${freed.status}`);
}
