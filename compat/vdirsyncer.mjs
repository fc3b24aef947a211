// vdirsyncer with khal on the local side: discovery from the bare address, both directions, a conflict.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { http, ICS, XML } from "./lib/http.mjs";
import { at, event, todo } from "./lib/ics.mjs";
import { ensure } from "./lib/packages.mjs";

export async function run(server, checks) {
  if (!ensure("vdirsyncer") || !ensure("khal"))
    return checks.skip("everything", "vdirsyncer or khal cannot be installed");
  const account = server.account("vera");
  const collection = `${server.base}/CalDAV/~vera/Calendar/`;
  const tasks = `${server.base}/CalDAV/~vera/Tasks/`;
  const put = (url, body) => http("PUT", url, { ...account, headers: ICS, body });
  const local = join(server.folder, "cal");
  mkdirSync(local);
  const tools = createTools(server, account, local);

  await put(
    `${collection}s1.ics`,
    event("s1@vdir", `DTSTART:${at(1)}Z`, `DTEND:${at(1, 10)}Z`, "SUMMARY:From server Ü"),
  );
  await put(`${collection}s2.ics`, event("s2@vdir", `DTSTART:${at(2)}Z`, `DTEND:${at(2, 10)}Z`, "SUMMARY:Second"));
  await put(`${tasks}t1.ics`, todo("t1@vdir", "SUMMARY:Task from server"));
  const discovered = tools.vdirsyncer("discover", "both");
  checks.ok(
    "discovers both collections from the bare address",
    existsSync(join(local, "Calendar")) && existsSync(join(local, "Tasks")),
    discovered.text,
  );
  checks.ok("first sync", tools.vdirsyncer("sync").ok);
  checks.ok(
    "two events and a task arrive",
    tools.files("Calendar").length === 2 && tools.files("Tasks").length === 1,
    tools.files("Calendar").join(),
  );

  const color =
    '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><A:calendar-color xmlns:A="http://apple.com/ns/ical/">#AA5500</A:calendar-color></D:prop></D:set></D:propertyupdate>';
  await http("PROPPATCH", collection, { ...account, headers: XML, body: color });
  checks.ok("metasync", tools.vdirsyncer("metasync").ok);
  checks.ok("the colour arrives", /#AA5500/i.test(readFileSync(join(local, "Calendar", "color"), "utf8")));
  writeFileSync(join(local, "Calendar", "displayname"), "Renamed locally");
  tools.vdirsyncer("metasync");
  const asked = '<D:propfind xmlns:D="DAV:"><D:prop><D:displayname/></D:prop></D:propfind>';
  checks.ok(
    "a new name reaches the server",
    (await http("PROPFIND", collection, { ...account, headers: { ...XML, Depth: "0" }, body: asked })).text.includes(
      "Renamed locally",
    ),
  );

  checks.ok("khal lists the server's event", tools.khal("list", "today", "5d").text.includes("From server Ü"));
  const until = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  checks.ok(
    "khal makes a weekly event",
    tools.khal("new", "-a", "one", day, "10:00", "11:00", "Made in khal", "-r", "weekly", "-u", until).ok,
  );
  checks.ok("sync up", tools.vdirsyncer("sync").ok);
  const made = tools.files("Calendar").find((name) => tools.read("Calendar", name).includes("Made in khal"));
  checks.ok(
    "khal's event is on the server",
    made && (await http("GET", collection + encodeURIComponent(made), account)).text.includes("RRULE"),
    made,
  );

  await put(
    `${collection}s1.ics`,
    event("s1@vdir", `DTSTART:${at(1)}Z`, `DTEND:${at(1, 10)}Z`, "SUMMARY:Changed on server"),
  );
  await http("DELETE", `${collection}s2.ics`, account);
  rmSync(join(local, "Calendar", made));
  checks.ok("sync of changes and removals both ways", tools.vdirsyncer("sync").ok);
  const texts = tools.files("Calendar").map((name) => tools.read("Calendar", name));
  checks.ok(
    "the server's change and removal arrive",
    texts.some((t) => t.includes("Changed on server")) && !texts.some((t) => t.includes("s2@vdir")),
    texts.length,
  );
  checks.ok(
    "the local removal reaches the server",
    (await http("GET", collection + encodeURIComponent(made), account)).status === 404,
  );
  const still = tools.vdirsyncer("sync");
  checks.ok("nothing is left to do", !/copying|deleting/i.test(still.text), still.text);
}

function createTools(server, account, local) {
  const home = server.folder;
  const config = join(home, "vdirsyncer.conf");
  const lines = [
    "[general]",
    `status_path = "${home}/status/"`,
    "[pair both]",
    'a = "local"',
    'b = "remote"',
    'collections = ["from a", "from b"]',
    'metadata = ["displayname", "color"]',
    'conflict_resolution = "b wins"',
    "[storage local]",
    'type = "filesystem"',
    `path = "${local}/"`,
    'fileext = ".ics"',
    "[storage remote]",
    'type = "caldav"',
    `url = "${server.base}"`,
    `username = "${account.user}"`,
    `password = "${account.password}"`,
  ];
  writeFileSync(config, `${lines.join("\n")}\n`);
  mkdirSync(join(home, ".config", "khal"), { recursive: true });
  const formats = [
    "timeformat = %H:%M",
    "dateformat = %Y-%m-%d",
    "longdateformat = %Y-%m-%d",
    "datetimeformat = %Y-%m-%d %H:%M",
    "longdatetimeformat = %Y-%m-%d %H:%M",
  ];
  writeFileSync(
    join(home, ".config", "khal", "config"),
    [
      "[calendars]",
      "[[one]]",
      `path = ${local}/Calendar`,
      "type = calendar",
      "[locale]",
      "local_timezone = UTC",
      "default_timezone = UTC",
      ...formats,
      "[default]",
      "default_calendar = one",
      "",
    ].join("\n"),
  );
  const env = {
    ...process.env,
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_DATA_HOME: join(home, ".local"),
    XDG_CACHE_HOME: join(home, ".cache"),
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
  };
  const call = (program, words, input) => {
    const done = spawnSync(program, words, { env, input, encoding: "utf8", timeout: 90_000 });
    return { ok: done.status === 0, text: done.stdout + done.stderr };
  };
  return {
    vdirsyncer: (...words) => call("vdirsyncer", ["-c", config, ...words], "y\n".repeat(20)),
    khal: (...words) => call("khal", words),
    files: (name) => readdirSync(join(local, name)).filter((file) => file.endsWith(".ics")),
    read: (name, file) => readFileSync(join(local, name, file), "utf8"),
  };
}
