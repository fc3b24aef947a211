// Thunderbird finds the calendars from the bare host, syncs a thousand events, writes, and sees what others change.
import { until } from "./lib/checks.mjs";
import { http, ICS } from "./lib/http.mjs";
import { at, calendar, component, event, todo } from "./lib/ics.mjs";
import { ensure } from "./lib/packages.mjs";
import { startThunderbird } from "./lib/thunderbird.mjs";

const EVENTS = 1000;

export async function run(server, checks) {
  if (!ensure("thunderbird") || !ensure("Xvfb", "xvfb"))
    return checks.skip("everything", "Thunderbird cannot be installed");
  const account = server.account("thea");
  const scene = {
    server,
    account,
    collection: `${server.base}/CalDAV/~thea/Calendar/`,
    tasks: `${server.base}/CalDAV/~thea/Tasks/`,
  };
  scene.put = (url, body) => http("PUT", url, { ...account, headers: ICS, body });
  scene.get = (url) => http("GET", url, account);
  await seed(scene, checks);
  const thunderbird = await startThunderbird(server.authority);
  checks.note(`Thunderbird ${thunderbird.version}`);
  scene.run = thunderbird.run;
  try {
    if (!(await discover(scene, checks))) return;
    await firstSync(scene, checks);
    await write(scene, checks);
    await recurring(scene, checks);
    await tasks(scene, checks);
    await changedElsewhere(scene, checks);
    await conflict(scene, checks);
    await wholeFile(scene, checks);
  } finally {
    await thunderbird.stop();
  }
}

async function seed({ server, put, collection }, checks) {
  const many = Array.from({ length: EVENTS }, (_, i) =>
    component("VEVENT", `seed${i}@compat`, `DTSTART:${at(5 + (i % 300), 6 + (i % 12))}Z`, `SUMMARY:Seeded ${i} ü`),
  ).flat();
  const report = server.cli(["import", "-", "--to", "~thea/Calendar"], calendar(...many));
  checks.ok(`import adds ${EVENTS} events`, report.includes(`${EVENTS} added`), report);
  const daily = calendar(
    ...component(
      "VEVENT",
      "daily@compat",
      `DTSTART;TZID=Europe/Berlin:${at(1, 14)}`,
      `DTEND;TZID=Europe/Berlin:${at(1, 15)}`,
      "RRULE:FREQ=DAILY;COUNT=5",
      `EXDATE;TZID=Europe/Berlin:${at(3, 14)}`,
      "SUMMARY:Daily",
    ),
    ...component(
      "VEVENT",
      "daily@compat",
      `RECURRENCE-ID;TZID=Europe/Berlin:${at(2, 14)}`,
      `DTSTART;TZID=Europe/Berlin:${at(2, 16)}`,
      `DTEND;TZID=Europe/Berlin:${at(2, 17)}`,
      "SUMMARY:Daily, moved",
    ),
  );
  const answers = [
    await put(`${collection}daily.ics`, daily),
    await put(`${collection}odd%20n%C3%A4me.ics`, event("odd@compat", `DTSTART:${at(1, 20)}Z`, "SUMMARY:Odd name")),
  ];
  checks.ok(
    "recurring event and odd name are stored",
    answers.every((a) => a.status === 201),
    answers.map((a) => `${a.status} ${a.text}`).join(),
  );
}

async function discover({ run, server, account }, checks) {
  const detect = `const found = await cal.provider.detection.detect($0, $1, $2, $3, [], {});
    return [...found].filter(([provider]) => provider.type == "caldav").flatMap(([, list]) => list.map(c => { window.__found = [...(window.__found ?? []), c]; return { name: c.name, uri: c.uri.spec, readOnly: c.readOnly, id: c.id }; }));`;
  const wrong = await run(detect, account.user, "wrong", `${server.base}/`, false).catch((error) => error.message);
  checks.ok("a wrong password is told as such", /AuthFailed/.test(String(wrong)), JSON.stringify(wrong));
  const found = await run(detect, account.user, account.password, server.bare ?? `${server.base}/`, true).catch(
    (error) => error.message,
  );
  const list = Array.isArray(found) ? found : [];
  checks.ok(
    "finds Calendar and Tasks from the bare host",
    ["/Calendar/", "/Tasks/"].every((end) => list.some((c) => c.uri.endsWith(end))),
    JSON.stringify(found),
  );
  checks.ok("both are writable", list.length > 0 && list.every((c) => !c.readOnly));
  return list.length > 0;
}

async function firstSync({ run, server }, checks) {
  // Thunderbird keeps the password in the background; a calendar registered before would open its prompt.
  const kept = await until(
    () =>
      run(
        `return (await Services.logins.searchLoginsAsync({ origin: $0 })).map(login => login.httpRealm);`,
        new URL(server.base).origin,
      ).then((l) => l.length > 0 && l),
    20_000,
  );
  checks.ok("keeps the password for the server's realm", Boolean(kept), JSON.stringify(kept));
  await run(
    `for (const name of ["Calendar", "Tasks"]) { const c = window.__found.find(f => f.uri.spec.endsWith("/" + name + "/")); c.setProperty("cache.enabled", true); cal.manager.registerCalendar(c); known[name] = c.id; }`,
  );
  const all = await until(async () => {
    const seen = await run(`return await titles("Calendar");`);
    return seen.length >= EVENTS + 2 && seen;
  }, 60_000);
  checks.ok(`syncs ${EVENTS} events and more`, Array.isArray(all) && all.length === EVENTS + 2, all?.length);
  checks.ok(
    "with umlauts and odd file names",
    Array.isArray(all) && all.includes("Seeded 7 ü") && all.includes("Odd name"),
  );
  const state = await run(
    `const inner = calendarOf("Calendar").wrappedJSObject.mUncachedCalendar.wrappedJSObject; return { sync: inner.mHasWebdavSyncSupport, token: !!inner.mWebdavSyncToken, disabled: !!calendarOf("Calendar").getProperty("disabled") };`,
  );
  checks.ok("by WebDAV sync, without error", state.sync && state.token && !state.disabled, JSON.stringify(state));
  const days = await run(
    `return (await calendarOf("Calendar").getItemsAsArray(everything | Ci.calICalendar.ITEM_FILTER_CLASS_OCCURRENCES, 0, when($0), when($1))).filter(i => i.title.startsWith("Daily")).map(i => i.startDate.icalString);`,
    at(0, 0),
    at(9, 0),
  );
  checks.ok(
    "shows the recurring event with its exception and without the excluded day",
    days.length === 4 && days.includes(at(2, 16)) && !days.includes(at(3, 14)),
    days.join(),
  );
}

async function write({ run, get, collection }, checks) {
  const text = event(
    "mine@compat",
    `DTSTART;TZID=Europe/Berlin:${at(1, 11)}`,
    `DTEND;TZID=Europe/Berlin:${at(1, 12)}`,
    "SUMMARY:Made in Thunderbird Ω",
    "CATEGORIES:Work",
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "DESCRIPTION:A",
    "TRIGGER:-PT15M",
    "END:VALARM",
  );
  const url = `${collection}mine_compat.ics`;
  const added = await run(`return (await calendarOf("Calendar").addItem(itemOf($0))).id;`, text).catch(
    (error) => error.message,
  );
  let seen = await get(url);
  checks.ok("adds an event", added === "mine@compat" && seen.status === 200, `${added} ${seen.status}`);
  checks.ok(
    "with umlauts, category and alarm",
    ["Ω", "CATEGORIES:Work", "BEGIN:VALARM"].every((part) => seen.text.includes(part)),
  );
  const changed = await run(
    `const old = await calendarOf("Calendar").getItem("mine@compat"); const fresh = old.clone(); fresh.title = "Changed in Thunderbird"; return (await calendarOf("Calendar").modifyItem(fresh, old)).title;`,
  ).catch((error) => error.message);
  seen = await get(url);
  checks.ok("changes it", seen.text.includes("SUMMARY:Changed in Thunderbird"), changed);
  await run(`await calendarOf("Calendar").deleteItem(await calendarOf("Calendar").getItem("mine@compat"));`);
  checks.ok("deletes it", (await get(url)).status === 404);
}

async function recurring({ run, get, collection }, checks) {
  const text = event(
    "weekly@compat",
    `DTSTART;TZID=Europe/Berlin:${at(1, 8)}`,
    `DTEND;TZID=Europe/Berlin:${at(1, 9)}`,
    "RRULE:FREQ=WEEKLY;COUNT=4",
    "SUMMARY:Weekly",
  );
  await run(`await calendarOf("Calendar").addItem(itemOf($0));`, text);
  await run(
    `const parent = await calendarOf("Calendar").getItem("weekly@compat"); const one = parent.recurrenceInfo.getOccurrences(when($0), when($1), 0)[1]; const fresh = one.clone(); fresh.title = "One changed"; await calendarOf("Calendar").modifyItem(fresh, one);`,
    at(0, 0),
    at(40, 0),
  );
  const seen = await get(`${collection}weekly_compat.ics`);
  checks.ok(
    "one changed occurrence is stored as an exception",
    /RECURRENCE-ID/.test(seen.text) &&
      seen.text.includes("SUMMARY:One changed") &&
      seen.text.match(/BEGIN:VEVENT/g)?.length === 2,
    seen.text,
  );
}

async function tasks({ run, get, tasks: list }, checks) {
  await run(`await calendarOf("Tasks").addItem(itemOf($0));`, todo("task@compat", "SUMMARY:Task", `DUE:${at(3)}Z`));
  await run(
    `const old = await calendarOf("Tasks").getItem("task@compat"); const fresh = old.clone(); fresh.isCompleted = true; await calendarOf("Tasks").modifyItem(fresh, old);`,
  );
  const seen = await get(`${list}task_compat.ics`);
  checks.ok(
    "a task is added and completed",
    seen.status === 200 && /STATUS:COMPLETED/.test(seen.text),
    `${seen.status} ${seen.text}`,
  );
}

async function changedElsewhere({ run, put, account, collection }, checks) {
  await put(
    `${collection}odd%20n%C3%A4me.ics`,
    event("odd@compat", `DTSTART:${at(1, 20)}Z`, "SUMMARY:Changed by curl"),
  );
  await put(`${collection}new.ics`, event("new@compat", `DTSTART:${at(2, 7)}Z`, "SUMMARY:Added by curl"));
  await http("DELETE", `${collection}daily.ics`, account);
  const seen = await until(async () => {
    await run(`calendarOf("Calendar").refresh();`);
    const list = await run(`await pause(500); return await titles("Calendar");`);
    return list.includes("Changed by curl") && list.includes("Added by curl") && !list.includes("Daily") && list;
  }, 30_000);
  checks.ok("changes, additions and removals by others appear after refresh", Boolean(seen), "not all three appeared");
}

async function conflict({ run, put, get, collection }, checks) {
  await run(`window.__stale = await calendarOf("Calendar").getItem("new@compat");`);
  await put(`${collection}new.ics`, event("new@compat", `DTSTART:${at(2, 7)}Z`, "SUMMARY:The server's version"));
  await run(
    `cal.provider.promptOverwrite = () => { window.__asked = true; return false; }; const fresh = window.__stale.clone(); fresh.title = "A stale version"; calendarOf("Calendar").modifyItem(fresh, window.__stale).catch(() => {});`,
  );
  const asked = await until(() => run(`return !!window.__asked;`), 10_000);
  checks.ok(
    "a stale change is refused, the user asked, the server's version kept",
    asked && (await get(`${collection}new.ics`)).text.includes("The server's version"),
  );
}

async function wholeFile({ run, server, account, put }, checks) {
  const url = `${server.base}/CalendarData/~thea/Calendar.ics`;
  await run(
    `const c = cal.manager.createCalendar("ics", Services.io.newURI($0)); c.name = "File"; c.id = cal.getUUID(); c.setProperty("cache.enabled", false); cal.manager.registerCalendar(c); known.File = c.id; c.refresh();`,
    url,
  );
  const seen = await until(async () => {
    const list = await run(`await pause(500); return await titles("File");`);
    return list.length >= EVENTS && list;
  }, 30_000);
  checks.ok("the whole-file address shows all events", Boolean(seen));
  await run(
    `calendarOf("File").addItem(itemOf($0)).catch(() => {});`,
    event("file@compat", `DTSTART:${at(2, 5)}Z`, "SUMMARY:Added to the file"),
  );
  const stored = await until(async () => (await http("GET", url, account)).text.includes("Added to the file"), 20_000);
  checks.ok("an event added there is published", stored);
  await put(
    `${server.base}/CalDAV/~thea/Calendar/late.ics`,
    event("late@compat", `DTSTART:${at(2, 6)}Z`, "SUMMARY:Later by curl"),
  );
  const late = await until(async () => {
    await run(`calendarOf("File").refresh();`);
    return (await run(`await pause(500); return await titles("File");`)).includes("Later by curl");
  }, 30_000);
  checks.ok("and a change made elsewhere appears there after refresh", late);
}
