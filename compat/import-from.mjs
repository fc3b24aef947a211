// Moving in from other servers that are installed here: their folders, their databases, and over CalDAV.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { meaning } from "./lib/big-calendar.mjs";
import { until } from "./lib/checks.mjs";
import { command } from "./lib/command.mjs";
import { freshDatabases } from "./lib/databases.mjs";
import { http, ICS, XML } from "./lib/http.mjs";
import { at, event } from "./lib/ics.mjs";

const COUNT = 120;
const has = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

export async function run(server, checks) {
  const folder = mkdtempSync(join(tmpdir(), "kalends-import-from-"));
  const env = { KALENDS_DATABASE: `embedded:${join(server.folder, "data")}` };
  const into = { server, folder, env };
  try {
    writeFileSync(join(folder, "password"), "secret\n", { mode: 0o600 });
    await live("radicale", radicaleIn(folder), into, checks);
    await live("xandikos", xandikosIn(folder), into, checks);
    await baikal(into, checks);
    await davical(into, checks);
    await ourselves(into, checks);
    await there(into, checks);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

const radicaleIn = (folder) => ({
  words: (port) => {
    writeFileSync(
      join(folder, "radicale.conf"),
      `[server]\nhosts = 127.0.0.1:${port}\n[auth]\ntype = none\n[storage]\nfilesystem_folder = ${folder}/radicale\n`,
    );
    return ["radicale", "--config", join(folder, "radicale.conf")];
  },
  calendar: "/ann/work/",
  places: { radicale: join(folder, "radicale/collection-root/ann") },
});

const xandikosIn = (folder) => ({
  words: (port) => [
    ...["xandikos", "-d", join(folder, "xandikos"), "--defaults", "--current-user-principal", "/ann/"],
    ...["-l", "127.0.0.1", "-p", `${port}`],
  ],
  calendar: "/ann/calendars/work/",
  places: { xandikos: join(folder, "xandikos/ann") },
});

const MAKE = `<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop><D:displayname>Työ &amp; more</D:displayname></D:prop></D:set></C:mkcalendar>`;
const COLOR = `<D:propertyupdate xmlns:D="DAV:" xmlns:I="http://apple.com/ns/ical/"><D:set><D:prop><D:displayname>Työ &amp; more</D:displayname><I:calendar-color>#ff8800</I:calendar-color></D:prop></D:set></D:propertyupdate>`;
const eventOf = (n) => event(`e${n}@old.example`, `DTSTART:${at(n % 30)}Z`, `SUMMARY:Event ${n} – Übung`);

/** A running server, filled by a client; taken from its URL, then, stopped, from its folder. */
async function live(name, { words, calendar, places }, into, checks) {
  if (!has(name)) return checks.skip(`${name}: moving in`, `${name} is not installed`);
  const port = await freePort();
  const [program, ...rest] = words(port);
  const child = spawn(program, rest, { stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const base = `http://127.0.0.1:${port}`;
  const ann = { user: "ann", password: "secret" };
  try {
    await until(() =>
      http("OPTIONS", `${base}/`).then(
        () => true,
        () => false,
      ),
    );
    await http("MKCALENDAR", base + calendar, { ...ann, headers: XML, body: MAKE });
    await http("PROPPATCH", base + calendar, { ...ann, headers: XML, body: COLOR });
    for (let n = 0; n < COUNT; n += 1)
      await http("PUT", `${base}${calendar}e${n}.ics`, { ...ann, headers: ICS, body: eventOf(n) });
    const account = into.server.account(`${name}-live`);
    const words = ["--from", "caldav", "--user", "ann", "--password-file", "password", "--to", `~${account.user}`];
    await taken(`${name} over CalDAV`, into, account, [`${base}/`, ...words], checks);
    const again = await command(into, "import", `${base}/`, ...words);
    checks.ok(
      `${name} over CalDAV: doing it again changes nothing`,
      again.stdout.includes(`0 added, 0 replaced, ${COUNT} unchanged`),
      again.stdout,
    );
  } finally {
    child.kill();
    await ended;
  }
  for (const [kind, place] of Object.entries(places)) {
    const account = into.server.account(`${name}-folder`);
    await taken(`${name}, its folder`, into, account, [place, "--from", kind, "--to", `~${account.user}`], checks);
  }
}

/** All events, the name and the colour are there, and the events say what they said. */
async function taken(name, into, account, words, checks, calendar = "work") {
  const done = await command(into, "import", ...words);
  checks.ok(
    `${name}: takes ${COUNT} events into a calendar it makes`,
    done.stdout.includes(`/${calendar} (new): ${COUNT} added, 0 replaced, 0 unchanged, 0 refused`),
    done.stdout + done.stderr,
  );
  checks.ok(`${name}: the password is not shown`, !`${done.stdout}${done.stderr}`.includes("secret"));
  const url = `${into.server.base}/CalDAV/~${account.user}/${calendar}/`;
  const ask = `<D:propfind xmlns:D="DAV:" xmlns:I="http://apple.com/ns/ical/"><D:prop><D:displayname/><I:calendar-color/></D:prop></D:propfind>`;
  const { text } = await http("PROPFIND", url, { ...account, headers: { ...XML, Depth: "0" }, body: ask });
  checks.ok(`${name}: name and colour come along`, text.includes("Työ &amp; more") && text.includes("#ff8800"), text);
  const exported = await command(into, "export", `~${account.user}/${calendar}`);
  const summaries = new Set([...exported.stdout.matchAll(/^SUMMARY:(.*)\r$/gm)].map(([, each]) => each));
  const wanted = Array.from({ length: COUNT }, (_, n) => `Event ${n} – Übung`);
  checks.ok(
    `${name}: every event says what it said`,
    wanted.every((each) => summaries.has(each)),
    [...summaries].slice(0, 3).join(),
  );
}

const SABRE = `CREATE TABLE calendarobjects (id integer primary key asc, calendardata blob, uri text, calendarid integer, lastmodified integer, etag text, size integer, componenttype text, firstoccurence integer, lastoccurence integer, uid text);
CREATE TABLE calendars (id integer primary key asc, synctoken integer DEFAULT 1, components text);
CREATE TABLE calendarinstances (id integer primary key asc, calendarid integer, principaluri text, access integer, displayname text, uri text, description text, calendarorder integer, calendarcolor text, timezone text, transparent bool, share_href text, share_displayname text, share_invitestatus integer DEFAULT 2);
INSERT INTO calendars VALUES (1, 3, 'VEVENT,VTODO');
INSERT INTO calendarinstances (calendarid, principaluri, access, displayname, uri, calendarcolor) VALUES (1, 'principals/ann', 1, 'Työ & more', 'work', '#ff8800'), (1, 'principals/bob', 3, 'Shared', 'shared', null);
`;

/** The tables of SabreDAV 4, as Baïkal makes them in SQLite. */
async function baikal(into, checks) {
  if (!has("sqlite3")) return checks.skip("Baïkal: its SQLite database", "sqlite3 is not installed");
  const file = join(into.folder, "db.sqlite");
  const rows = Array.from(
    { length: COUNT },
    (_, n) =>
      `INSERT INTO calendarobjects (calendardata, uri, calendarid) VALUES (CAST(x'${Buffer.from(eventOf(n)).toString("hex")}' AS BLOB), 'e${n}.ics', 1);`,
  );
  execFileSync("sqlite3", [file], { input: SABRE + rows.join("\n") });
  const account = into.server.account("baikal");
  await taken(
    "Baïkal, its SQLite database",
    into,
    account,
    [file, "--from", "baikal", "--user", "ann", "--to", "~baikal"],
    checks,
  );
  execFileSync("sqlite3", [file], {
    input: "INSERT INTO calendarobjects (calendardata, uri, calendarid) VALUES ('nonsense', 'bad.ics', 1);",
  });
  const again = await command(into, "import", file, "--from", "baikal", "--user", "ann", "--to", "~baikal");
  checks.ok(
    "Baïkal: a broken item is named and stops no other",
    again.status === 1 && /^refused: bad\.ics: /m.test(again.stdout) && again.stdout.includes(`${COUNT} unchanged`),
    again.stdout,
  );
}

const DAVICAL = [
  "/usr/share/awl/dba/awl-tables.sql",
  "/usr/share/awl/dba/schema-management.sql",
  "/usr/share/davical/dba/davical.sql",
];

/** A database made by DAViCal's own scripts. */
async function davical(into, checks) {
  const [, database] = await freshDatabases();
  if (!database) return checks.skip("DAViCal: its database", "KALENDS_TEST_POSTGRES is not set");
  try {
    if (!DAVICAL.every(existsSync)) return checks.skip("DAViCal: its database", "davical is not installed");
    const url = database.env.KALENDS_DATABASE;
    for (const script of DAVICAL) execFileSync("psql", [url, "-q", "-f", script], { stdio: "ignore" });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(
      "insert into usr (user_no, username, password, fullname, active) values (1001, 'Ann', 'x', 'Ann', true)",
    );
    await client.query(
      "insert into collection (user_no, collection_id, parent_container, dav_name, dav_etag, dav_displayname, is_calendar) values (1001, 2001, '/Ann/', '/Ann/work/', 'x', 'Työ & more', true), (1001, 2002, '/Ann/', '/Ann/.in/', 'x', 'Inbox', true)",
    );
    await client.query(
      "insert into property (dav_name, property_name, property_value, changed_by) values ('/Ann/work/', 'http://apple.com/ns/ical/:calendar-color', '#ff8800', 1001)",
    );
    for (let n = 0; n < COUNT; n += 1) {
      await client.query(
        "insert into caldav_data (user_no, dav_name, dav_etag, caldav_data, caldav_type, collection_id) values (1001, $1, 'x', $2, 'VEVENT', 2001)",
        [`/Ann/work/e${n}.ics`, eventOf(n)],
      );
    }
    await client.end();
    const account = into.server.account("davical");
    await taken(
      "DAViCal, its database",
      into,
      account,
      [url, "--from", "davical", "--user", "ann", "--to", "~davical"],
      checks,
    );
  } finally {
    await database.drop();
  }
}

/** Kalends itself over CalDAV, and an account written into a folder and read from it. */
async function ourselves(into, checks) {
  const { server, folder } = into;
  const ann = server.account("ann", "secret-and-long");
  writeFileSync(join(folder, "ann-password"), "secret-and-long\n");
  await http("MKCALENDAR", `${server.base}/CalDAV/~ann/work/`, { ...ann, headers: XML, body: MAKE });
  await http("PROPPATCH", `${server.base}/CalDAV/~ann/work/`, { ...ann, headers: XML, body: COLOR });
  for (let n = 0; n < COUNT; n += 1)
    await http("PUT", `${server.base}/CalDAV/~ann/work/e${n}.ics`, { ...ann, headers: ICS, body: eventOf(n) });
  server.cli(["rights", "set", "~ann/work", "baikal", "lr"]);
  const zoe = server.account("zoe");
  await taken(
    "Kalends over CalDAV, from its address alone",
    into,
    zoe,
    [server.base, "--from", "caldav", "--user", "ann", "--password-file", "ann-password", "--to", "~zoe"],
    checks,
  );
  const wrong = await command(
    into,
    "import",
    server.base,
    "--from",
    "caldav",
    "--user",
    "ann",
    "--password-file",
    "password",
    "--to",
    "~zoe",
  );
  checks.ok(
    "a wrong password is told in a sentence",
    wrong.status === 1 && wrong.stderr.includes("refuses the name and the password"),
    wrong.stderr,
  );
  await command(into, "export", "~ann", "--folder", "ann");
  const told = JSON.parse(readFileSync(join(folder, "ann/account.json"), "utf8"));
  const work = told.calendars.find(({ name }) => name === "work");
  checks.ok(
    "a folder holds names, colours and rights",
    work?.color === "#ff8800" &&
      work.displayName === "Työ & more" &&
      work.rights.some(({ who, letters }) => who.startsWith("baikal") && letters === "lr"),
    JSON.stringify(work),
  );
  const leo = server.account("leo");
  await taken("a folder of kalends export", into, leo, ["ann", "--from", "folder", "--to", "~leo"], checks);
  await command(into, "export", "~leo", "--folder", "leo");
  const [mine, his] = ["ann", "leo"].map((name) => meaning(readFileSync(join(folder, name, "work.ics"), "utf8")));
  const other = [...mine.keys()].filter((uid) => mine.get(uid) !== his.get(uid));
  checks.ok(
    "the folder of the account it was read into says the same",
    other.length === 0 && his.size === COUNT,
    other[0],
  );
  mkdirSync(join(folder, "exported"));
  writeFileSync(join(folder, "exported", "work-2026-11-21.ics"), readFileSync(join(folder, "ann/work.ics")));
  const uma = server.account("uma");
  await taken("a folder of exported files", into, uma, ["exported", "--from", "nextcloud", "--to", "~uma"], checks);
}

/** Nothing at the place, or nobody listening. */
async function there(into, checks) {
  const nobody = await command(into, "import", "http://127.0.0.1:1/", "--from", "caldav", "--to", "~ann");
  checks.ok(
    "a server that is not there is told in a sentence",
    nobody.status === 1 && /^kalends: cannot reach/.test(nobody.stderr),
    nobody.stderr,
  );
  const empty = await command(into, "import", into.folder, "--from", "radicale", "--to", "~ann");
  checks.ok(
    "a folder that is not Radicale's is told in a sentence",
    empty.status === 1 && /^kalends: no calendars of Radicale/.test(empty.stderr),
    empty.stderr,
  );
}
