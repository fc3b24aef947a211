// Thunderbird's calendars "on the network" that are one file: it publishes the whole file after each change, sees what
// others change when it refreshes, is refused when it is behind, and follows a secret link.
import { until } from "./lib/checks.mjs";
import { http, ICS } from "./lib/http.mjs";
import { at, event } from "./lib/ics.mjs";
import { ensure } from "./lib/packages.mjs";
import { startThunderbird } from "./lib/thunderbird.mjs";

const FILES = [
  { name: "hosted", path: "/calendars/Hosted.ics", calendar: "Hosted" },
  { name: "replaced", path: "/CalendarDataDel/~tess/Replaced.ics", calendar: "Replaced" },
];

export async function run(server, checks) {
  if (!ensure("thunderbird") || !ensure("Xvfb", "xvfb"))
    return checks.skip("everything", "Thunderbird cannot be installed");
  const account = server.account("tess");
  const thunderbird = await startThunderbird();
  checks.note(`Thunderbird ${thunderbird.version}`);
  const scene = { server, account, run: thunderbird.run };
  try {
    await keepPassword(scene);
    for (const file of FILES) await published(scene, file, checks);
    await followed(scene, checks);
  } finally {
    await thunderbird.stop();
  }
}

/** As its password prompt does when "remember" is ticked. */
const keepPassword = ({ run, server, account }) =>
  run(
    `const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
    login.init($0, null, "Kalends", $1, $2, "", "");
    await Services.logins.addLoginAsync(login);`,
    server.base,
    account.user,
    account.password,
  );

const register = ({ run }, name, url, readOnly = false) =>
  run(
    `const c = cal.manager.createCalendar("ics", Services.io.newURI($1)); c.name = $0; c.id = cal.getUUID();
    c.setProperty("cache.enabled", false); if ($2) c.readOnly = true; cal.manager.registerCalendar(c); known[$0] = c.id; c.refresh();`,
    name,
    url,
    readOnly,
  );

/** The titles that Thunderbird shows, once they are these, or the last ones it showed. */
async function shows({ run }, name, titles, refresh = true) {
  let seen = [];
  const wanted = JSON.stringify([...titles].sort());
  const held = await until(async () => {
    if (refresh) await run(`calendarOf($0).refresh();`, name);
    seen = await run(`await pause(300); return await titles($0);`, name);
    return JSON.stringify([...seen].sort()) === wanted;
  }, 20_000);
  return { held: Boolean(held), detail: seen.join() };
}

async function published(scene, { name, path, calendar }, checks) {
  const { server, account, run } = scene;
  const collection = `${server.base}/CalDAV/~tess/${calendar}/`;
  const stored = async () =>
    (await http("GET", collection, { ...account, headers: { Accept: "text/calendar" } })).text.replace(/\r\n /g, "");
  const change = (body, uid) => http("PUT", `${collection}${uid}.ics`, { ...account, headers: ICS, body });
  const add = (uid, day, title) =>
    run(
      `calendarOf($0).addItem(itemOf($1)).catch(() => {});`,
      name,
      event(uid, `DTSTART:${at(day)}Z`, `SUMMARY:${title}`),
    );
  await register(scene, name, server.base + path);
  await run(`await pause(500);`);

  await add(`one@${name}`, 1, "One");
  const made = await until(async () => (await stored()).includes("SUMMARY:One"), 20_000);
  checks.ok(`${name}: the first event makes the file`, made, await stored());
  await add(`two@${name}`, 2, "Two");
  const both = await until(async () =>
    /SUMMARY:One[\s\S]*SUMMARY:Two|SUMMARY:Two[\s\S]*SUMMARY:One/.test(await stored()),
  );
  checks.ok(`${name}: a second one goes along with the first`, both, await stored());

  await run(
    `const old = await calendarOf($0).getItem($1); const fresh = old.clone(); fresh.title = "Changed"; calendarOf($0).modifyItem(fresh, old).catch(() => {});`,
    name,
    `one@${name}`,
  );
  const changed = await until(async () => /SUMMARY:Changed/.test(await stored()), 20_000);
  checks.ok(`${name}: a change arrives`, changed && !(await stored()).includes("SUMMARY:One"), await stored());

  await change(event(`late@${name}`, `DTSTART:${at(3)}Z`, "SUMMARY:By CalDAV"), "late");
  const seen = await shows(scene, name, ["Changed", "Two", "By CalDAV"]);
  checks.ok(`${name}: what CalDAV adds appears after a refresh`, seen.held, seen.detail);

  // It names the version it knows ("If" with the tag), so a file made of an older one must not replace a newer one.
  await change(event(`newer@${name}`, `DTSTART:${at(4)}Z`, "SUMMARY:Newer"), "newer");
  await add(`stale@${name}`, 5, "Stale");
  const after = await shows(scene, name, ["Changed", "Two", "By CalDAV", "Newer"]);
  const kept = await stored();
  checks.ok(`${name}: a file that is behind replaces nothing`, kept.includes("Newer") && !kept.includes("Stale"), kept);
  checks.ok(`${name}: and Thunderbird shows the newer one then`, after.held, after.detail);
  // From a refusal on Thunderbird takes the calendar for read-only, until its user unticks that.
  const isLocked = await run(`const c = calendarOf($0); const was = c.readOnly; c.readOnly = false; return was;`, name);
  checks.note(`${name}: read-only after a refused upload: ${isLocked}`);

  await run(`const c = calendarOf($0); c.deleteItem(await c.getItem($1)).catch(() => {});`, name, `two@${name}`);
  const gone = await until(async () => !(await stored()).includes("SUMMARY:Two"), 20_000);
  checks.ok(`${name}: a deletion arrives, and takes nothing else along`, gone && (await stored()).includes("Newer"));
}

async function followed(scene, checks) {
  const { server, account, run } = scene;
  const told = server.cli(["link", "create", "~tess/Hosted", "--level", "titles"]);
  const [, number, url] = /^link (\d+)\n(\S+)/.exec(told) ?? [];
  await register(scene, "Feed", url, true);
  const first = await shows(scene, "Feed", ["Changed", "By CalDAV", "Newer"], false);
  checks.ok("follows a secret link", first.held, first.detail);
  const body = event("feed@hosted", `DTSTART:${at(6)}Z`, "SUMMARY:For followers", "LOCATION:Nobody's business");
  await http("PUT", `${server.base}/CalDAV/~tess/Hosted/feed.ics`, { ...account, headers: ICS, body });
  await http("DELETE", `${server.base}/CalDAV/~tess/Hosted/late.ics`, account);
  const later = await until(async () => {
    await run(`calendarOf("Feed").refresh();`);
    const list = await run(
      `await pause(300); return (await calendarOf("Feed").getItemsAsArray(everything, 0, null, null)).map(i => [i.title, i.getProperty("LOCATION"), i.status]);`,
    );
    return list.some(([title]) => title === "For followers") && list;
  }, 20_000);
  const list = later || [];
  checks.ok(
    "sees a change after a refresh, as much of it as the link shows",
    list.length > 0 && list.every(([, l]) => !l),
  );
  const cancelled = list.find(([, , status]) => status === "CANCELLED");
  checks.ok(
    "sees what is gone as cancelled",
    cancelled !== undefined && cancelled[0] === "Cancelled",
    JSON.stringify(list),
  );
  const refused = await run(
    `try { await calendarOf("Feed").addItem(itemOf($0)); return "added"; } catch (e) { return "refused"; }`,
    body,
  );
  checks.ok("does not write to it", refused === "refused", refused);
  server.cli(["link", "revoke", number]);
  const ended = await until(
    () => run(`calendarOf("Feed").refresh(); await pause(300); return !!calendarOf("Feed").getProperty("disabled");`),
    20_000,
  );
  checks.ok("switches the calendar off when the link is revoked", ended);
}
