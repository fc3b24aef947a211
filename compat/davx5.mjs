// What DAVx⁵ sends, in its order, with what it demands of the answers. The program itself runs on Android only; this client
// was written from its source and that of its WebDAV library.
import { asking, changesSince, createClient, fetched, icsHeader, root, stateOf, xmlHeader } from "./lib/davx5.mjs";
import { http } from "./lib/http.mjs";
import { at, calendar, component, event, todo } from "./lib/ics.mjs";
import { elements, hrefs, responses, text } from "./lib/multistatus.mjs";

const EVENTS = 60;
const described =
  "CAL:supported-calendar-component-set ICAL:calendar-color CAL:calendar-description CAL:calendar-timezone";

export async function run(server, checks) {
  const account = server.account("dave");
  const scene = { server, checks, account, ...createClient(server, account) };
  await seed(scene);
  const principal = await findPrincipal(scene);
  const home = await readPrincipal(scene, principal);
  await listHome(scene, home);
  await newCalendar(scene, home);
  await syncByToken(scene, `${home}Calendar/`);
  await syncByTime(scene, `${home}Calendar/`);
  await upload(scene, `${home}Calendar/`);
  await scheduled(scene, `${home}Calendar/`);
  await readOnly(scene);
  await tasks(scene, `${home}Tasks/`);
}

async function seed({ put, checks }) {
  const made = new Set();
  for (let i = 0; i < EVENTS; i++) {
    const day = i < 10 ? -200 : i;
    const lines = [`DTSTART:${at(day)}Z`, `DTEND:${at(day, 10)}Z`, `SUMMARY:Seeded ${i} ü`];
    made.add((await put(`/CalDAV/~dave/Calendar/seed${i}.ics`, event(`seed${i}@dx`, ...lines))).status);
  }
  checks.ok(`${EVENTS} events are on the server`, made.size === 1 && made.has(201), [...made].join());
}

async function findPrincipal({ propfind, send, checks, server, account }) {
  const wrong = await http("PROPFIND", `${server.base}/`, {
    user: account.user,
    password: "wrong",
    headers: { ...xmlHeader, Depth: "0" },
    body: asking("current-user-principal"),
  });
  checks.ok("a wrong password answers 401", wrong.status === 401, wrong.status);
  const asked = [
    "resourcetype displayname current-user-principal current-user-privilege-set",
    `CAL:calendar-home-set ${described}`,
  ];
  const base = await propfind("/", "0", ...asked);
  const [principal] = hrefs(base.text, "current-user-principal");
  checks.ok("the bare address leads to the principal", base.status === 207 && principal, base.text);
  checks.ok(
    "the answer is XML with a charset",
    /^(application|text)\/xml; charset="?utf-8/i.test(base.headers["content-type"]),
    base.headers["content-type"],
  );
  const known = await propfind("/.well-known/caldav", "0", "current-user-principal");
  checks.ok(
    "the well-known address does as well",
    hrefs(known.text, "current-user-principal")[0] === principal,
    known.text,
  );
  for (const path of [principal, "/CalDAV/"]) {
    const options = await send("OPTIONS", path);
    const classes = String(options.headers.dav).split(/\s*,\s*/);
    checks.ok(
      `OPTIONS ${path === principal ? "of the principal" : path} has calendar-access`,
      options.status < 300 && classes.includes("calendar-access"),
      options.headers.dav,
    );
  }
  return principal;
}

async function readPrincipal({ propfind, checks, account }, principal) {
  const addresses = await propfind(principal, "0", "CAL:calendar-user-address-set");
  const mail = hrefs(addresses.text, "calendar-user-address-set").filter((one) => one.startsWith("mailto:"));
  checks.ok("an address of the user begins with mailto:", mail.length > 0, addresses.text);
  const asked =
    "displayname group-membership resourcetype CAL:calendar-home-set CS:calendar-proxy-read-for CS:calendar-proxy-write-for";
  const answer = await propfind(principal, "0", asked);
  const [own] = responses(answer.text);
  checks.ok(
    "the principal says that it is one",
    elements(own.prop, "resourcetype")[0]?.includes("principal"),
    answer.text,
  );
  checks.ok("and its name", text(own.prop, "displayname") !== "", answer.text);
  const [home] = hrefs(own.prop, "calendar-home-set");
  checks.ok("and its home", home?.endsWith(`/~${account.user}/`), answer.text);
  const related = ["group-membership", "calendar-proxy-read-for", "calendar-proxy-write-for"].flatMap((name) =>
    hrefs(own.prop, name),
  );
  const statuses = await Promise.all(related.map(async (path) => (await propfind(path, "0", "displayname")).status));
  checks.ok(
    "every principal it names can be asked",
    statuses.every((status) => status === 207),
    statuses.join(),
  );
  return home;
}

async function listHome({ propfind, checks }, home) {
  const asked = [
    "current-user-privilege-set displayname owner resourcetype PUSH:transports PUSH:topic",
    described,
    "CAL:calendar-timezone-id CS:source",
  ];
  const answer = await propfind(home, "1", ...asked);
  const listed = responses(answer.text);
  const named = (end) => listed.find((one) => one.path.endsWith(end))?.prop ?? "";
  const privileges = (end) => elements(elements(named(end), "current-user-privilege-set")[0] ?? "", "privilege").join();
  checks.ok(
    "the home lists itself and its calendars",
    answer.status === 207 && [home, "/Calendar/", "/Tasks/"].every((end) => named(end)),
    answer.text,
  );
  checks.ok("bind on the home allows new calendars", /bind/.test(privileges(home)), privileges(home));
  checks.ok(
    "Calendar is a calendar that can be written",
    /\bcalendar\b/.test(elements(named("/Calendar/"), "resourcetype")[0]) &&
      /write-content/.test(privileges("/Calendar/")),
    named("/Calendar/"),
  );
  const kinds = (end) => elements(named(end), "supported-calendar-component-set")[0] ?? "";
  checks.ok("for events", /VEVENT/.test(kinds("/Calendar/")), kinds("/Calendar/"));
  checks.ok(
    "and Tasks for tasks",
    /VTODO/.test(kinds("/Tasks/")) && !/VEVENT/.test(kinds("/Tasks/")),
    kinds("/Tasks/"),
  );
  const owners = ["/Calendar/", "/Tasks/"].map((end) => hrefs(named(end), "owner").length);
  checks.ok("both have an owner", owners.join() === "1,1", answer.text);
}

async function newCalendar({ send, propfind, checks }, home) {
  const path = `${home}b2f1c0de-0000-4000-8000-123456789abc/`;
  const properties = [
    "<resourcetype><collection /><CAL:calendar /></resourcetype>",
    "<displayname>Made by DAVx⁵</displayname>",
    "<CAL:calendar-description>Words</CAL:calendar-description>",
    "<ICAL:calendar-color>#3366CCFF</ICAL:calendar-color>",
    "<CAL:calendar-timezone-id>Europe/Berlin</CAL:calendar-timezone-id>",
    '<CAL:supported-calendar-component-set><CAL:comp name="VEVENT" /><CAL:comp name="VTODO" /></CAL:supported-calendar-component-set>',
  ];
  const body = root("CAL:mkcalendar", `<set><prop>${properties.join("")}</prop></set>`);
  const made = await send("MKCALENDAR", path, xmlHeader, body);
  checks.ok(
    "MKCALENDAR with a resource type and a time zone's name answers 201",
    made.status === 201,
    `${made.status} ${made.text}`,
  );
  const seen = await propfind(path, "0", "displayname CAL:calendar-timezone-id", described);
  const [{ prop }] = responses(seen.text);
  const zone = text(prop, "calendar-timezone-id");
  checks.ok(
    "the new calendar has name, words and colour",
    text(prop, "displayname") === "Made by DAVx⁵" &&
      text(prop, "calendar-description") === "Words" &&
      /^#3366CC/i.test(text(prop, "calendar-color")),
    seen.text,
  );
  checks.ok("and its time zone", zone === "Europe/Berlin", seen.text);
  checks.ok("and both kinds of objects", /VEVENT/.test(prop) && /VTODO/.test(prop), seen.text);
  const gone = await send("DELETE", path);
  checks.ok(
    "it can be deleted",
    gone.status === 204 && (await propfind(path, "0", "displayname")).status === 404,
    gone.status,
  );
}

const complete = (one) =>
  text(one.prop, "getetag") &&
  text(one.prop, "calendar-data").startsWith("BEGIN:VCALENDAR") &&
  /^text\/calendar/.test(text(one.prop, "getcontenttype"));

async function syncByToken(scene, path) {
  const { checks, put, send } = scene;
  const state = await stateOf(scene, path);
  checks.ok(
    "the calendar offers sync-collection, a token and a ctag",
    /sync-collection/.test(state.prop) && state.token && state.ctag,
    state.prop,
  );
  const first = await changesSince(scene, path, "");
  checks.ok(
    "the first sync lists all, each with an entity tag",
    first.changes?.size === EVENTS && [...first.changes.values()].every(Boolean),
    first.changes?.size ?? first.failed.text,
  );
  const objects = await fetched(scene, path, [...first.changes.keys()]);
  checks.ok(
    "multiget gives them all, whole",
    objects.length === EVENTS && objects.every(complete),
    objects.find((one) => !complete(one))?.prop,
  );
  checks.ok(
    "with the entity tags of the listing",
    objects.every((one) => first.changes.get(one.path) === text(one.prop, "getetag")),
  );
  checks.ok("nothing changed: the token is the same", (await stateOf(scene, path)).token === first.token, first.token);

  await put(`${path}seed11.ics`, event("seed11@dx", `DTSTART:${at(11)}Z`, "SUMMARY:Changed elsewhere"));
  await put(`${path}odd%20n%C3%A4me.ics`, event("odd@dx", `DTSTART:${at(2)}Z`, "SUMMARY:Odd name"));
  await send("DELETE", `${path}seed12.ics`);
  checks.ok("a change gives another token", (await stateOf(scene, path)).token !== first.token);
  const next = await changesSince(scene, path, first.token);
  const told = [...next.changes].map(([name, etag]) => `${name.slice(path.length)} ${etag ? "there" : "gone"}`).sort();
  checks.ok(
    "a sync tells what is changed, new and gone",
    told.join() === "odd näme.ics there,seed11.ics there,seed12.ics gone",
    told.join(),
  );
  const [gone] = await fetched(scene, path, [`${path}seed12.ics`]);
  checks.ok("multiget of what is gone is 404 for that one", gone?.status === 404, JSON.stringify(gone));
  for (const token of ["http://example.com/ns/sync/1234", "nonsense"]) {
    const { failed } = await changesSince(scene, path, token);
    checks.ok(
      `the token "${token}" is refused with valid-sync-token`,
      [403, 409, 412].includes(failed?.status) && elements(failed.text, "valid-sync-token").length === 1,
      failed?.text ?? "accepted",
    );
  }
}

/** The default: events of the last 90 days and after, by calendar-query with a start and no end. */
async function syncByTime(scene, path) {
  const { checks, report } = scene;
  const range = `<CAL:time-range start="${at(-90, 0)}Z" />`;
  const filter = `<CAL:filter><CAL:comp-filter name="VCALENDAR"><CAL:comp-filter name="VEVENT">${range}</CAL:comp-filter></CAL:comp-filter></CAL:filter>`;
  const answer = await report(path, root("CAL:calendar-query", `<prop><getetag /></prop>${filter}`), { Depth: "1" });
  const listed = responses(answer.text);
  const old = listed.filter((one) => /seed\d\.ics$/.test(one.path));
  checks.ok(
    "a query with a start alone leaves out what is older",
    answer.status === 207 && listed.length === EVENTS - 10 && old.length === 0,
    `${listed.length} ${answer.text}`,
  );
  checks.ok(
    "and gives entity tags",
    listed.every((one) => text(one.prop, "getetag")),
  );
}

async function upload({ put, send, checks }, path) {
  const file = `${path}4f0c6a1e-1111-4222-8333-444455556666.ics`;
  const body = (title) =>
    event(
      "4f0c6a1e-1111-4222-8333-444455556666",
      `DTSTART;TZID=Europe/Berlin:${at(3)}`,
      `DTEND;TZID=Europe/Berlin:${at(3, 10)}`,
      `SUMMARY:${title}`,
    );
  const silent = { "Push-Dont-Notify": "*" };
  const made = await put(file, body("From a phone 🗓"), { ...silent, "If-None-Match": "*" });
  checks.ok(
    "a new event is stored, its entity tag told",
    made.status === 201 && made.headers.etag,
    `${made.status} ${made.text}`,
  );
  const again = await put(file, body("Again"), { "If-None-Match": "*" });
  checks.ok("a second one of that name is refused with 412", again.status === 412, again.status);
  const changed = await put(file, body("Changed on a phone"), { ...silent, "If-Match": made.headers.etag });
  checks.ok(
    "a change is stored, its entity tag told",
    changed.status === 204 && changed.headers.etag && changed.headers.etag !== made.headers.etag,
    changed.status,
  );
  const stale = await put(file, body("Stale"), { "If-Match": made.headers.etag });
  checks.ok("a stale change is refused with 412", stale.status === 412, stale.status);
  checks.ok("and changed nothing", (await send("GET", file)).text.includes("Changed on a phone"));
  const other = await put(`${path}other.ics`, body("Another name"), { "If-None-Match": "*" });
  checks.ok(
    "the UID under another name is refused with 403 or 409",
    [403, 409].includes(other.status) && /no-uid-conflict/.test(other.text),
    `${other.status} ${other.text}`,
  );
  const unlike = await send("DELETE", file, { "If-Match": made.headers.etag });
  checks.ok("a stale removal is refused with 412", unlike.status === 412, unlike.status);
  const gone = await send("DELETE", file, { ...silent, "If-Match": changed.headers.etag });
  checks.ok("a removal is done", gone.status === 204, gone.status);
  const twice = await send("DELETE", file, { "If-Match": changed.headers.etag });
  checks.ok("a second one finds nothing, or a failed condition", [404, 410, 412].includes(twice.status), twice.status);
  const lost = await put(file, body("Lost"), { "If-Match": changed.headers.etag });
  checks.ok("a change of what is gone is refused", [404, 410, 412].includes(lost.status), lost.status);
}

/** With a schedule tag known, conditions stand on it. */
async function scheduled(scene, path) {
  const { put, send, checks, account } = scene;
  const file = `${path}meeting.ics`;
  const people = [
    `ORGANIZER:mailto:${account.user}@localhost`,
    `ATTENDEE;PARTSTAT=ACCEPTED:mailto:${account.user}@localhost`,
    "ATTENDEE:mailto:guest@example.com",
  ];
  const body = (title) =>
    calendar(
      ...component("VEVENT", "meeting@dx", `DTSTART:${at(4)}Z`, `DTEND:${at(4, 10)}Z`, ...people, `SUMMARY:${title}`),
    );
  const made = await put(file, body("Meeting"), { "If-None-Match": "*" });
  checks.ok("a meeting is stored", made.status === 201, `${made.status} ${made.text}`);
  const [seen] = await fetched(scene, path, [file]);
  const tag = made.headers["schedule-tag"] ?? text(seen.prop, "schedule-tag");
  if (!tag)
    return checks.skip(
      "conditions on the schedule tag",
      "the server gives no schedule tag, so the client uses entity tags",
    );
  const changed = await put(file, body("Meeting, changed"), { "If-Schedule-Tag-Match": tag });
  checks.ok("a change on the schedule tag is stored", changed.status === 204, changed.status);
  const stale = await put(file, body("Stale"), { "If-Schedule-Tag-Match": '"nonsense"' });
  checks.ok("another schedule tag is refused with 412", stale.status === 412, stale.status);
  const now = (await send("HEAD", file)).headers["schedule-tag"] ?? tag;
  const gone = await send("DELETE", file, { "If-Schedule-Tag-Match": now });
  checks.ok("a removal on the schedule tag is done", gone.status === 204, gone.status);
}

async function readOnly({ server, put, propfind, send, checks, account }) {
  const owner = server.account("olga");
  const path = "/CalDAV/~olga/Calendar/";
  const put1 = { ...owner, headers: icsHeader, body: event("hers@dx", `DTSTART:${at(1)}Z`, "SUMMARY:Hers") };
  await http("PUT", `${server.base}${path}hers.ics`, put1);
  server.cli(["rights", "set", "~olga/Calendar", account.user, "lr"]);
  const answer = await propfind(path, "0", "current-user-privilege-set resourcetype displayname");
  const privileges = elements(answer.text, "privilege").join();
  checks.ok(
    "a calendar one may read says so",
    answer.status === 207 && /read/.test(privileges) && !/write-content|bind/.test(privileges),
    answer.text,
  );
  const body = event("mine@dx", `DTSTART:${at(1)}Z`, "SUMMARY:Mine");
  const answers = [
    await put(`${path}mine.ics`, body, { "If-None-Match": "*" }),
    await send("DELETE", `${path}hers.ics`),
  ];
  const refused = answers.every((one) => one.status === 403 && elements(one.text, "need-privileges").length === 1);
  checks.ok(
    "writing and removing there answers 403 with need-privileges",
    refused,
    answers.map((one) => `${one.status} ${one.text}`).join(),
  );
}

async function tasks(scene, path) {
  const { put, report, checks } = scene;
  const made = await put(`${path}task1.ics`, todo("task1@dx", "SUMMARY:Task", `DUE:${at(2)}Z`), {
    "If-None-Match": "*",
  });
  checks.ok("a task is stored", made.status === 201, `${made.status} ${made.text}`);
  const filter =
    '<CAL:filter><CAL:comp-filter name="VCALENDAR"><CAL:comp-filter name="VTODO" /></CAL:comp-filter></CAL:filter>';
  const answer = await report(path, root("CAL:calendar-query", `<prop><getetag /></prop>${filter}`), { Depth: "1" });
  const [task, ...more] = responses(answer.text);
  checks.ok("and listed", task?.path === `${path}task1.ics` && more.length === 0, answer.text);
}
