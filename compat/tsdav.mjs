// tsdav, the library behind many web programs: finding, reading, syncing in both its ways, writing.
import * as tsdav from "tsdav";
import { http, ICS } from "./lib/http.mjs";
import { at, event, todo } from "./lib/ics.mjs";

const OBJECTS = 120;
const utc = (days, hour = 0) => new Date(`${iso(at(days, hour))}Z`).toISOString();
const iso = (text) => text.replace(/^(....)(..)(..)T(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6");
const uids = (objects) => objects.map((one) => /UID:(.*?)@/.exec(one.data)?.[1]).sort();

export async function run(server, checks) {
  const account = server.account("tess");
  const scene = { server, account, checks, home: `${server.base}/CalDAV/~tess/` };
  scene.collection = `${scene.home}Calendar/`;
  scene.put = (file, body) => http("PUT", scene.collection + file, { ...account, headers: ICS, body });
  scene.get = (url) => http("GET", url, account);
  const made = await seed(scene);
  checks.ok(`${OBJECTS} events are on the server`, made.size === 1 && made.has(201), [...made].join());
  const client = await signIn(scene);
  const calendar = await calendars(scene, client);
  await reading(scene, client, calendar);
  await writing(scene, client, calendar);
  await syncing(scene, client);
  await freeBusy(scene, client);
}

async function seed({ put }) {
  const made = new Set();
  for (let i = 0; i < OBJECTS; i++)
    made.add((await put(`m${i}.ics`, event(`m${i}@ts`, `DTSTART:${at(10 + i)}Z`, `SUMMARY:Many ${i}`))).status);
  return made;
}

const clientFor = ({ server }, user, password) =>
  tsdav.createDAVClient({
    serverUrl: server.base,
    credentials: { username: user, password },
    authMethod: "Basic",
    defaultAccountType: "caldav",
  });

async function signIn(scene) {
  const { account, checks, home } = scene;
  const wrong = await clientFor(scene, account.user, "wrong").then(
    () => "signed in",
    (error) => String(error.message),
  );
  checks.ok("a wrong password is refused", wrong !== "signed in", wrong);
  const client = await clientFor(scene, account.user, account.password);
  const found = await client.createAccount({
    account: {
      accountType: "caldav",
      serverUrl: scene.server.base,
      credentials: { username: account.user, password: account.password },
    },
  });
  checks.ok("finds the home from the bare address", found.homeUrl === home, JSON.stringify(found));
  checks.ok("and the principal", /\/principals\/users\/tess/.test(found.principalUrl ?? ""), found.principalUrl);
  const addresses = await client.fetchCalendarUserAddresses({ account: found });
  checks.ok(
    "and the addresses of the user",
    addresses.some((one) => one.startsWith("mailto:")),
    addresses.join(),
  );
  return client;
}

async function calendars({ checks, home, collection }, client) {
  const listed = await client.fetchCalendars();
  const names = listed.map((one) => one.displayName).sort();
  checks.ok(
    "lists Calendar and Tasks",
    ["Calendar", "Tasks"].every((name) => names.includes(name)),
    names.join(),
  );
  const calendar = listed.find((one) => one.url === collection);
  const complete = calendar?.ctag && calendar.syncToken && calendar.components?.includes("VEVENT");
  checks.ok("with ctag, sync token, components and reports", complete, JSON.stringify(calendar));
  checks.ok("sync-collection among the reports", calendar?.reports?.includes("syncCollection"), calendar?.reports);
  const made = await client.makeCalendar({
    url: `${home}made/`,
    props: { displayname: "Made by a script", "c:calendar-description": "Words" },
  });
  checks.ok("makes a calendar", made[0]?.status === 201, JSON.stringify(made));
  const again = await client.fetchCalendars();
  const fresh = again.find((one) => one.url === `${home}made/`);
  checks.ok(
    "which is listed with its properties",
    fresh?.displayName === "Made by a script" && fresh.description === "Words",
    JSON.stringify(fresh),
  );
  const gone = await client.deleteObject({ url: `${home}made/` });
  checks.ok("and removes it", gone.status === 204, gone.status);
  return calendar;
}

async function reading({ checks, collection, put }, client, calendar) {
  const all = await client.fetchCalendarObjects({ calendar });
  checks.ok("reads all objects", all.length === OBJECTS && all.every((one) => one.etag && one.data), all.length);
  const straight = await client.fetchCalendarObjects({ calendar, useMultiGet: false });
  checks.ok(
    "without multiget as well",
    straight.length === OBJECTS && straight.every((one) => one.data),
    straight.length,
  );
  const timeRange = { start: utc(10), end: utc(13) };
  const few = await client.fetchCalendarObjects({ calendar, timeRange });
  checks.ok("reads a range of time", uids(few).join() === "m0,m1,m2", uids(few).join());
  const url = `${collection}daily.ics`;
  await put(
    "daily.ics",
    event("daily@ts", `DTSTART:${at(1)}Z`, `DTEND:${at(1, 10)}Z`, "RRULE:FREQ=DAILY;COUNT=5", "SUMMARY:Daily"),
  );
  const [expanded] = await client.fetchCalendarObjects({
    calendar,
    timeRange: { start: utc(2), end: utc(4) },
    expand: true,
  });
  const instances = expanded?.data.match(/RECURRENCE-ID/g)?.length;
  checks.ok("expands a series", instances === 2 && !expanded.data.includes("RRULE"), expanded?.data);
  const [one] = await client.fetchCalendarObjects({ calendar, objectUrls: [url] });
  checks.ok("reads one by its address", one?.data.includes("RRULE:FREQ=DAILY"), JSON.stringify(one));
  const props = { "d:getetag": {}, "c:calendar-data": {} };
  const paths = ["m1.ics", "m2.ics", "absent.ics"].map((file) => new URL(collection + file).pathname);
  const multiget = (objectUrls) => client.calendarMultiGet({ url: collection, props, objectUrls, depth: "1" });
  const two = await multiget(paths.slice(0, 2));
  checks.ok("multiget gives several", two.length === 2 && two.every((one) => one.props?.getetag), JSON.stringify(two));
  const absent = await multiget(paths).catch((error) => String(error.message));
  checks.ok("and tells what is absent", String(absent).includes("404"), JSON.stringify(absent));
}

async function writing({ checks, get, put, collection }, client, calendar) {
  const url = `${collection}new.ics`;
  const text = event("new@ts", `DTSTART:${at(5)}Z`, "SUMMARY:New ü");
  const create = () => client.createCalendarObject({ calendar, filename: "new.ics", iCalString: text });
  const created = await create();
  checks.ok("creates an object", created.status === 201 && (await get(url)).text === text, created.status);
  checks.ok("creating it again is refused", (await create()).status === 412);
  const etag = created.headers.get("etag");
  const update = (data, known) => client.updateCalendarObject({ calendarObject: { url, data, etag: known } });
  const updated = await update(text.replace("New", "Newer"), etag);
  checks.ok("updates it", updated.status === 204 && (await get(url)).text.includes("Newer ü"), updated.status);
  await put("new.ics", text.replace("New", "Foreign"));
  const stale = await update(text.replace("New", "Stale"), updated.headers.get("etag"));
  checks.ok(
    "a stale update is refused",
    stale.status === 412 && (await get(url)).text.includes("Foreign"),
    stale.status,
  );
  const now = (await get(url)).headers.etag;
  const remove = (known) => client.deleteCalendarObject({ calendarObject: { url, etag: known } });
  checks.ok("a stale removal is refused", (await remove(etag)).status === 412);
  checks.ok("removes it", (await remove(now)).status === 204 && (await get(url)).status === 404);
  const task = todo("task@ts", "SUMMARY:Task");
  const tasks = (await client.fetchCalendars()).find((one) => one.url.endsWith("/Tasks/"));
  const added = await client.createCalendarObject({ calendar: tasks, filename: "task.ics", iCalString: task });
  const filters = {
    "comp-filter": { _attributes: { name: "VCALENDAR" }, "comp-filter": { _attributes: { name: "VTODO" } } },
  };
  const listed = await client.fetchCalendarObjects({ calendar: tasks, filters });
  checks.ok("creates and lists a task", added.status === 201 && uids(listed).join() === "task", uids(listed).join());
}

async function syncing({ checks, put, account, collection }, client) {
  for (const method of ["basic", "webdav"]) {
    const calendar = (await client.fetchCalendars()).find((one) => one.url === collection);
    const objects = await client.fetchCalendarObjects({ calendar });
    const fetchObjects = ({ collection: changed }) => client.fetchCalendarObjects({ calendar: changed });
    const known = { ...calendar, objects, fetchObjects, objectMultiGet: client.calendarMultiGet };
    const quiet = await client.isCollectionDirty({ collection: known });
    checks.ok(`${method}: an untouched calendar is not dirty`, !quiet.isDirty, JSON.stringify(quiet));
    await put(`${method}.ics`, event(`${method}@ts`, `DTSTART:${at(6)}Z`, "SUMMARY:Added"));
    await put("m5.ics", event("m5@ts", `DTSTART:${at(6)}Z`, `SUMMARY:Changed for ${method}`));
    await http("DELETE", `${collection}${method === "basic" ? "m6" : "m7"}.ics`, account);
    checks.ok(`${method}: a touched one is`, (await client.isCollectionDirty({ collection: known })).isDirty);
    const {
      created = [],
      updated = [],
      deleted = [],
    } = (await client.smartCollectionSyncDetailed({ collection: known, method })).objects;
    const told = `${names(created)} / ${names(updated)} / ${names(deleted)}`;
    const gone = method === "basic" ? "m6.ics" : "m7.ics";
    checks.ok(`${method}: sync tells what is new, changed and gone`, told === `${method}.ics / m5.ics / ${gone}`, told);
  }
}

const names = (objects) => objects.map((one) => one.url.slice(one.url.lastIndexOf("/") + 1)).join();

async function freeBusy({ checks, collection, account }, client) {
  const headers = tsdav.getBasicAuthHeaders({ username: account.user, password: account.password });
  const answer = await tsdav.freeBusyQuery({ url: collection, timeRange: { start: utc(1), end: utc(3) }, headers });
  const text = JSON.stringify(answer);
  checks.ok("asks for free/busy", text.includes(`${at(1)}Z/`) && text.includes(`${at(2)}Z/`), text);
}
