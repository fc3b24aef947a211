// calcurse with its calcurse-caldav script: the three ways to begin, then edits on both sides.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { http, ICS } from "./lib/http.mjs";
import { at, event, todo } from "./lib/ics.mjs";
import { ensure, ensurePackages } from "./lib/packages.mjs";

export async function run(server, checks) {
  if (!ensure("calcurse-caldav", "calcurse") || !ensurePackages("python3-httplib2"))
    return checks.skip("everything", "calcurse or its httplib2 cannot be installed");
  const account = server.account("cal");
  for (const init of ["keep-remote", "keep-local", "two-way"]) await begin(server, account, checks, init);
  await edits(server, account, checks);
}

/** A fresh calendar with one event, and a calcurse of its own with another. */
async function scene(server, account, name) {
  const collection = `${server.base}/CalDAV/~cal/${name}/`;
  await http("MKCALENDAR", collection, account);
  const put = (file, body) => http("PUT", collection + file, { ...account, headers: ICS, body });
  await put(
    "there.ics",
    event("there@calcurse", `DTSTART:${at(1)}Z`, `DTEND:${at(1, 10)}Z`, "SUMMARY:On the server ü"),
  );
  const tools = createTools(server, account, name);
  tools.add(event("here@calcurse", `DTSTART:${at(2)}Z`, `DTEND:${at(2, 10)}Z`, "SUMMARY:Here ß"));
  const remote = async () => (await http("GET", collection, account)).text;
  return { collection, put, remote, ...tools };
}

async function begin(server, account, checks, init) {
  const { sync, local, remote } = await scene(server, account, init);
  const done = sync(`--init=${init}`);
  checks.ok(`--init=${init} runs`, done.ok, done.text);
  const there = init !== "keep-local";
  const here = init !== "keep-remote";
  const holds = (text) => text.includes("On the server ü") === there && text.includes("Here ß") === here;
  checks.ok(`${init}: calcurse has what it should`, holds(local()), local());
  checks.ok(`${init}: the server has what it should`, holds(await remote()), await remote());
  checks.ok(`${init}: nothing is left to do`, /^0 items imported, 0 items removed/m.test(sync().text), sync().text);
}

async function edits(server, account, checks) {
  const { sync, local, remote, put, add, remove, collection } = await scene(server, account, "edits");
  checks.ok("begins with both sides", sync("--init=two-way").ok);
  const daily = ["RRULE:FREQ=DAILY;COUNT=5", `EXDATE:${at(4)}Z`, "SUMMARY:Daily"];
  await put("daily.ics", event("daily@calcurse", `DTSTART:${at(3)}Z`, `DTEND:${at(3, 10)}Z`, ...daily));
  await put("task.ics", todo("task@calcurse", "SUMMARY:A task", "PRIORITY:2"));
  await put("there.ics", event("there@calcurse", `DTSTART:${at(1)}Z`, `DTEND:${at(1, 10)}Z`, "SUMMARY:Changed there"));
  add(event("fresh@calcurse", `DTSTART:${at(5)}Z`, `DTEND:${at(5, 10)}Z`, "SUMMARY:Added here"));
  add(todo("mine@calcurse", "SUMMARY:My task", "PRIORITY:3"));
  const both = sync();
  checks.ok("a sync of changes on both sides", both.ok, both.text);
  const now = local();
  checks.ok(
    "the server's series, task and change arrive",
    ["Daily", "A task", "Changed there"].every((s) => now.includes(s)),
    now,
  );
  checks.ok("the old version is gone", !now.includes("On the server"), now);
  const stored = await remote();
  checks.ok(
    "what was added here is on the server",
    ["Added here", "My task"].every((s) => stored.includes(s)),
    stored,
  );
  checks.ok("its day off still belongs to the series", /EXDATE/.test(now), now);

  await http("DELETE", `${collection}daily.ics`, account);
  remove("Here ß");
  remove("Changed there");
  add(event("there2@calcurse", `DTSTART:${at(1)}Z`, `DTEND:${at(1, 11)}Z`, "SUMMARY:Changed here"));
  const removals = sync();
  checks.ok("a sync of removals on both sides", removals.ok, removals.text);
  checks.ok("what the server removed is gone here", !local().includes("Daily"), local());
  const left = await remote();
  checks.ok("what was removed here is gone there", !left.includes("Here ß") && !left.includes("Changed there"), left);
  checks.ok("an edit here arrives there", left.includes("Changed here"), left);
  const still = sync();
  checks.ok("nothing is left to do", still.ok && !/[1-9]\d* items/.test(still.text), still.text);
}

function createTools(server, account, name) {
  const folder = join(server.folder, name);
  const data = join(folder, "data");
  mkdirSync(join(folder, "caldav"), { recursive: true });
  mkdirSync(data);
  const config = join(folder, "caldav", "config");
  const general = [
    "[General]",
    "Binary = calcurse",
    `Hostname = ${new URL(server.base).host}`,
    `Path = /CalDAV/~cal/${name}/`,
    "HTTPS = No",
    "DryRun = No",
    "Verbose = No",
  ];
  writeFileSync(config, `${[...general, "[Auth]", `Username = ${account.user}`, ""].join("\n")}`);
  const env = {
    ...process.env,
    HOME: folder,
    TZ: "UTC",
    LC_ALL: "C.UTF-8",
    CALCURSE_CALDAV_PASSWORD: account.password,
  };
  const call = (program, words, input) => {
    const done = spawnSync(program, words, { env, input, encoding: "utf8", timeout: 30_000 });
    return { ok: done.status === 0, text: done.stdout + done.stderr };
  };
  const places = {
    config,
    datadir: data,
    lockfile: join(folder, "lock"),
    syncdb: join(folder, "sync.db"),
    hookdir: folder,
  };
  const options = Object.entries(places).flatMap(([option, value]) => [`--${option}`, value]);
  // The script is called by its interpreter: another python3 in the path may lack its library.
  const sync = (...words) => call("/usr/bin/python3", ["/usr/bin/calcurse-caldav", ...options, ...words]);
  return {
    sync,
    add: (text) => call("calcurse", ["-D", data, "-i", "-", "-q"], text),
    remove: (title) => call("calcurse", ["-D", data, "-F", "--filter-invert", "--filter-pattern", title]),
    local: () => call("calcurse", ["-D", data, "-xical"]).text,
  };
}
