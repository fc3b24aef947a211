// Free/busy files by FTP with curl and lftp, in the clear and over TLS with a certificate of our own, on every database at
// hand; what is published is read back by HTTP and through CalDAV.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./lib/checks.mjs";
import { freshDatabases } from "./lib/databases.mjs";
import { http, XML } from "./lib/http.mjs";
import { ensure } from "./lib/packages.mjs";
import { startServer } from "./lib/server.mjs";

export const startsItsOwn = true;

const DAY = 86_400_000;
const stamp = (at) => `${new Date(at).toISOString().slice(0, 10).replaceAll("-", "")}T`;
const [FROM, UNTIL] = [stamp(Date.now()), stamp(Date.now() + 60 * DAY)];
const hour = (days, clock) => `${stamp(Date.now() + days * DAY)}${clock}0000Z`;
const busyAt = (days) => `FREEBUSY:${hour(days, "09")}/${hour(days, "11")}`;

const busyFile = (...lines) =>
  [
    "BEGIN:VCALENDAR",
    "VERSION:1.0",
    "PRODID:-//Microsoft Corporation//Outlook 9.0 MIMEDIR//EN",
    "METHOD:PUBLISH",
    "BEGIN:VFREEBUSY",
    "ORGANIZER:bob",
    `DTSTART:${FROM}000000Z`,
    `DTEND:${UNTIL}000000Z`,
    ...lines,
    "END:VFREEBUSY",
    "END:VCALENDAR",
    "",
  ].join("\r\n");

const query = `<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="${FROM}000000Z" end="${UNTIL}000000Z"/></C:free-busy-query>`;
const busyLines = (text) => text.split("\r\n").filter((line) => line.startsWith("FREEBUSY"));

function makeFiles(folder) {
  const files = {
    "bob.vfb": busyFile(busyAt(3)),
    "new.vfb": busyFile(busyAt(4)),
    "event.vfb": busyFile(busyAt(5)).replaceAll("VFREEBUSY", "VEVENT"),
    "large.vfb": busyFile(busyAt(5)).padEnd(300 * 1024, "\n"),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const key = ["-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "certificate.pem"];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync("openssl", ["req", "-x509", ...key, "-days", "2", ...names], { cwd: folder, stdio: "ignore" });
}

/** curl on an FTP address, as a person types it. */
function openFtpCurl(folder, base) {
  return ({ user, password }, path, ...options) => {
    const words = ["-sS", "-v", "--max-time", "60", "-u", `${user}:${password}`, ...options, base + path];
    const { status, stdout, stderr } = spawnSync("curl", words, { encoding: "utf8", cwd: folder });
    const codes = [...stderr.matchAll(/^< (\d{3})[ -]/gm)].map(([, code]) => Number(code));
    return { exit: status, text: stdout, codes, told: stderr };
  };
}

/** lftp with a script; each command is tried once. */
function runLftp(folder, base, { user, password }, script, settings = []) {
  const usual = ["set net:max-retries 1", "set net:timeout 20", "set cmd:fail-exit false"];
  const { host } = new URL(base);
  const lines = [...usual, ...settings, `open -u ${user},${password} ftp://${host}`, ...script, "bye"];
  const { stdout, stderr } = spawnSync("lftp", ["-c", lines.join("; ")], {
    encoding: "utf8",
    cwd: folder,
    timeout: 120_000,
    env: { ...process.env, HOME: folder },
  });
  return { text: stdout, told: stderr };
}

async function readBack(server, ann, days, checks, what) {
  const expected = busyAt(days);
  const read = await http("GET", `${server.base}/calendar/bob.vfb`);
  checks.ok(`${what}: read by HTTP without a password`, busyLines(read.text).join() === expected, read.text);
  const asked = await http("REPORT", `${server.base}/CalDAV/~bob/Calendar/`, {
    ...ann,
    headers: { ...XML, Depth: "1" },
    body: query,
  });
  checks.ok(`${what}: told by CalDAV's free-busy-query`, busyLines(asked.text).join() === expected, asked.text);
}

const TLS = ["--ssl-reqd", "--cacert", "certificate.pem"];

async function withCurl({ server, folder, base, ann, bob, limited, checks, name }) {
  const curl = openFtpCurl(folder, base);
  const said = (text) => `${name}: curl ${text}`;
  const put = curl(limited, "/pub/calendar/", "-T", "bob.vfb");
  checks.ok(said("-T publishes"), put.exit === 0 && put.codes.includes(226), put.told);
  await readBack(server, ann, 3, checks, said("published"));
  const listed = curl(limited, "/pub/calendar/");
  checks.ok(said("lists the one file"), /^-rw.* bob\.vfb\r?\n$/.test(listed.text), listed.text);
  const again = curl(limited, "/pub/calendar/bob.vfb", "-T", "new.vfb", "-P", "-");
  checks.ok(said("replaces it over an active connection"), again.exit === 0 && again.codes.includes(226), again.told);
  await readBack(server, ann, 4, checks, said("replaced"));
  const got = curl(limited, "/pub/calendar/bob.vfb");
  checks.ok(said("downloads it"), got.exit === 0 && busyLines(got.text).join() === busyAt(4), got.text);

  for (const [file, code] of [
    ["event.vfb", 553],
    ["large.vfb", 552],
  ]) {
    const refused = curl(limited, "/pub/calendar/bob.vfb", "-T", file);
    checks.ok(said(`hears ${code} for ${file}`), refused.exit !== 0 && refused.codes.includes(code), refused.told);
  }
  for (const path of ["/pub/calendar/ann.vfb", "/pub/calendar/nosuch.vfb", "/bob.vfb", "/pub/other/bob.vfb"]) {
    const refused = curl(limited, path, "-T", "bob.vfb");
    checks.ok(said(`hears 550 for ${path}`), refused.exit !== 0 && refused.codes.includes(550), refused.told);
  }
  const made = curl(limited, "/pub/calendar/", "-Q", "MKD more");
  checks.ok(said("makes no folder"), made.exit === 21 && made.codes.includes(550), made.told);
  await readBack(server, ann, 4, checks, said("refusals"));

  const wide = curl(bob, "/pub/calendar/");
  checks.ok(said("hears 530 for the account's password in the clear"), wide.exit === 67, wide.told);
  const encrypted = curl(bob, "/pub/calendar/", "-T", "bob.vfb", ...TLS);
  const isEncrypted = encrypted.exit === 0 && /SSL connection using TLS/.test(encrypted.told);
  checks.ok(said("publishes with it over TLS, the certificate checked"), isEncrypted, encrypted.told);
  const resumed = (encrypted.told.match(/SSL re-using session ID/g) ?? []).length;
  checks.note(`${name}: data connections that resume the TLS session: ${resumed}`);
  await readBack(server, ann, 3, checks, said("over TLS"));
  const data = curl(bob, "/pub/calendar/bob.vfb", ...TLS);
  checks.ok(said("reads over TLS"), busyLines(data.text).join() === busyAt(3), data.told);
  const gone = curl(limited, "/pub/calendar/", "-Q", "DELE /pub/calendar/bob.vfb");
  checks.ok(said("removes it"), gone.exit === 0 && gone.codes.includes(250), gone.told);
  const { status } = await http("GET", `${server.base}/pub/calendar/bob.vfb`, bob);
  checks.ok(said("removed: HTTP knows"), status === 404, status);
}

async function withLftp({ server, folder, base, ann, bob, limited, checks, name }) {
  const said = (text) => `${name}: lftp ${text}`;
  const plain = ["set ftp:ssl-allow false"];
  const moved = ["cd pub/calendar", "put bob.vfb", "cls -l", "cat bob.vfb"];
  const first = runLftp(folder, base, limited, moved, plain);
  const isThere = first.text.includes("bob.vfb") && first.text.includes(busyAt(3));
  checks.ok(said("puts, lists and shows a file"), isThere, first.text + first.told);
  await readBack(server, ann, 3, checks, said("published"));
  const tls = ["set ftp:ssl-force true", "set ftp:ssl-protect-data true", `set ssl:ca-file ${folder}/certificate.pem`];
  const second = runLftp(folder, base, bob, ["cd pub/calendar", "put new.vfb -o bob.vfb", "cat bob.vfb"], tls);
  checks.ok(said("replaces it over TLS, the certificate checked"), second.text.includes(busyAt(4)), second.told);
  await readBack(server, ann, 4, checks, said("over TLS"));
  const bad = [
    "cd pub/calendar",
    "put event.vfb -o bob.vfb",
    "put bob.vfb -o ann.vfb",
    "mkdir more",
    "mv bob.vfb x.vfb",
    "cd /etc",
  ];
  const refused = runLftp(folder, base, limited, bad, plain);
  const codes = [...refused.told.matchAll(/\b(55\d) /g)].map(([, code]) => code);
  checks.ok(said("hears 553 once and 550 for the rest"), codes.join() === "553,550,550,550,550", refused.told);
  await readBack(server, ann, 4, checks, said("refusals"));
  const strange = runLftp(folder, base, bob, ["cd pub/calendar", "cls"], ["set ftp:ssl-force true"]);
  checks.ok(said("turns away from a certificate it does not know"), /ertificate/.test(strange.told), strange.told);
  const gone = runLftp(folder, base, limited, ["cd pub/calendar", "rm bob.vfb", "cls"], plain);
  checks.ok(said("removes it"), gone.text.trim() === "", gone.text + gone.told);
}

/** Wrong passwords by FTP hold off HTTP, and the other way round. */
async function guesses({ server, folder, base, bob, limited, checks, name }) {
  const curl = openFtpCurl(folder, base);
  const wrong = { user: "carl", password: "wrong-password" };
  server.account("carl");
  const exits = Array.from({ length: 5 }, () => curl(wrong, "/pub/calendar/").exit);
  const held = await http("GET", `${server.base}/pub/calendar/carl.vfb`, { ...wrong, password: "another wrong" });
  checks.ok(
    `${name}: five wrong passwords by FTP hold HTTP off too`,
    exits.join() === "67,67,67,67,67" && held.status === 429,
    held.status,
  );
  const right = curl({ user: "carl", password: "pw-carl-0123456789" }, "/pub/calendar/", ...TLS);
  checks.ok(`${name}: and the right one, by FTP`, right.exit === 67 && /Too many failed/.test(right.told), right.told);
  checks.ok(`${name}: others go on`, curl(limited, "/pub/calendar/").exit === 0);
  const audit = JSON.parse(server.cli(["audit", "carl", "--kind", "sign-in", "--json"]));
  const counted = audit.find(({ kind, agent }) => kind === "sign-in.failed" && agent === "FTP");
  checks.ok(`${name}: the audit log counts them`, counted?.times === 5, JSON.stringify(audit));
  const log = server.log();
  checks.ok(`${name}: the log tells of transfers`, /"command":"STOR".*"user":"bob@/.test(log), log.slice(-600));
  const secrets = [bob.password, limited.password, "wrong-password", "pw-carl"];
  checks.ok(
    `${name}: and of no password`,
    secrets.every((each) => !log.includes(each)),
  );
}

/** The server is told to stop while a client is signed in and says nothing. */
async function stopping({ server, base, limited, checks, name }) {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname);
  let told = "";
  const ended = new Promise((resolve) => socket.once("close", resolve));
  socket.on("data", (data) => (told += data));
  socket.write(`USER ${limited.user}\r\nPASS ${limited.password}\r\n`);
  await until(() => told.includes("230 "));
  const start = performance.now();
  await Promise.all([server.stop(), ended]);
  const seconds = (performance.now() - start) / 1000;
  checks.ok(
    `${name}: a stopping server tells who is connected, and does not wait for him`,
    told.includes("421 ") && seconds < 8,
    told,
  );
}

async function conversation(database, folder, checks) {
  const tls = { KALENDS_FTP_CERTIFICATE: `${folder}/certificate.pem`, KALENDS_FTP_KEY: `${folder}/key.pem` };
  const env = {
    ...database.env,
    ...tls,
    KALENDS_FTP_LISTEN: "127.0.0.1:0",
    KALENDS_LOG_LEVEL: "info",
    KALENDS_AUTH_FAILURES: "5",
    KALENDS_AUTH_BCRYPT_COST: "8",
  };
  const server = await startServer({ env });
  try {
    const base = /free\/busy\s+(ftp:\/\/[^/]+)/.exec(server.output)[1];
    const [ann, bob] = [server.account("ann"), server.account("bob")];
    const made = server.cli(["user", "app-password", "create", "bob", "--only", "free-busy", "--json"]);
    const limited = { user: "bob", password: JSON.parse(made).generated };
    const scene = { server, folder, base, ann, bob, limited, checks, name: database.name };
    await withCurl(scene);
    if (ensure("lftp")) await withLftp(scene);
    else checks.skip(`${database.name}: lftp`, "lftp cannot be installed");
    await guesses(scene);
    await stopping(scene);
  } finally {
    await server.stop();
  }
}

export async function run(_server, checks) {
  if (!ensure("curl") || !ensure("openssl")) return checks.skip("everything", "curl or openssl cannot be installed");
  const folder = mkdtempSync(join(tmpdir(), "kalends-ftp-"));
  makeFiles(folder);
  for (const database of await freshDatabases()) {
    try {
      await conversation(database, folder, checks);
    } finally {
      await database.drop();
    }
  }
  rmSync(folder, { recursive: true, force: true });
}
