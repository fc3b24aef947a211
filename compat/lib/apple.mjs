// The requests of Apple's Calendar when an account is added and used, in its order and with its headers, over kept connections.
import { http } from "./http.mjs";
import { elements, hrefs, responses, text } from "./multistatus.mjs";

const NAMES =
  'xmlns:A="DAV:" xmlns:B="urn:ietf:params:xml:ns:caldav" xmlns:C="http://calendarserver.org/ns/" xmlns:D="http://apple.com/ns/ical/" xmlns:E="http://me.com/_namespace/"';
const body = (name, inside) => `<?xml version="1.0" encoding="UTF-8"?>\n<A:${name} ${NAMES}>${inside}</A:${name}>`;
const asked = (words) =>
  body(
    "propfind",
    `<A:prop>${words
      .split(" ")
      .map((one) => `<${one}/>`)
      .join("")}</A:prop>`,
  );

const HOME =
  "B:supported-calendar-component-set A:displayname A:current-user-privilege-set A:owner A:resourcetype C:getctag D:calendar-color D:calendar-order A:sync-token B:calendar-timezone B:default-alarm-vevent-datetime C:allowed-sharing-modes A:supported-report-set A:add-member C:source C:subscribed-strip-alarms A:quota-available-bytes B:schedule-calendar-transp E:bulk-requests";

function event(uid, title, day = "20270301") {
  return `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Apple Inc.//macOS 15.6//EN\r\nCALSCALE:GREGORIAN\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:${day}T100000Z\r\nDTEND:${day}T110000Z\r\nSUMMARY:${title}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
}

/**
 * The whole conversation from the bare host on. `origin` is what the person typed, `base` where the service is; every address the
 * server tells must lie below `base`.
 */
export async function applePlays({ origin, base, account }, checks) {
  const mount = new URL(base).pathname.replace(/\/$/, "");
  const strays = [];
  const send = async (method, place, headers = {}, content = undefined, hops = 3) => {
    const url = new URL(place, origin).href;
    const common = { "User-Agent": "macOS/15.6 (24G84) CalendarAgent/1082", Accept: "*/*", Connection: "keep-alive" };
    const answer = await http(method, url, { ...account, headers: { ...common, ...headers }, body: content });
    const { location } = answer.headers;
    if (answer.status === 301 && hops > 0) return send(method, location, headers, content, hops - 1);
    const told = [location, answer.headers["content-location"], ...elements(answer.text, "href")].filter(Boolean);
    strays.push(
      ...told.filter((one) => /^(\/|https?:)/.test(one) && !new URL(one, origin).href.startsWith(`${base}/`)),
    );
    return answer;
  };
  const xml = (depth) => ({
    "Content-Type": "text/xml; charset=utf-8",
    Depth: depth,
    Brief: "t",
    Prefer: "return=minimal",
  });
  const propfind = (place, depth, words) => send("PROPFIND", place, xml(depth), asked(words));
  const calendarType = { "Content-Type": "text/calendar" };

  const found = await propfind("/.well-known/caldav", "0", "A:current-user-principal A:principal-URL A:resourcetype");
  const [principal] = hrefs(found.text, "current-user-principal");
  checks.ok("Apple: the bare host leads to the principal", principal?.startsWith(`${mount}/principals/`), found.text);
  const options = await send("OPTIONS", principal);
  checks.ok("Apple: OPTIONS of the principal offers calendars", /calendar-access/.test(options.headers.dav ?? ""));
  const own = await propfind(
    principal,
    "0",
    "B:calendar-home-set B:calendar-user-address-set A:current-user-principal A:displayname C:dropbox-home-URL C:email-address-set C:notification-URL A:principal-collection-set A:principal-URL A:resource-id B:schedule-inbox-URL B:schedule-outbox-URL A:supported-report-set",
  );
  const [home] = hrefs(own.text, "calendar-home-set");
  const [people] = hrefs(own.text, "principal-collection-set");
  checks.ok("Apple: the principal names its home", home?.startsWith(`${mount}/CalDAV/~`), own.text);
  const searchable = await send("REPORT", people, xml("0"), body("principal-search-property-set", ""));
  checks.ok("Apple: says what can be searched", searchable.status === 200, searchable.status);
  const listed = await propfind(home, "1", HOME);
  const calendar = responses(listed.text).find(({ path }) => path === `${home}Calendar/`);
  checks.ok("Apple: the home lists its calendars", calendar !== undefined, listed.text);
  checks.ok("Apple: with where to add", hrefs(calendar?.prop ?? "", "add-member")[0]?.startsWith(home), calendar?.prop);
  const colour = body(
    "propertyupdate",
    "<A:set><A:prop><D:calendar-color>#FF2968FF</D:calendar-color><D:calendar-order>3</D:calendar-order></A:prop></A:set>",
  );
  const coloured = await send("PROPPATCH", `${home}Calendar/`, xml("0"), colour);
  checks.ok(
    "Apple: colour and order are kept",
    [200, 207].includes(coloured.status) && !/HTTP\/1.1 4/.test(coloured.text),
    `${coloured.status} ${coloured.text}`,
  );

  const second = `${home}7A0E5D3C-0000-4000-8000-00000000AAAA/`;
  const make = `<B:mkcalendar ${NAMES}><A:set><A:prop><A:displayname>Second</A:displayname><B:supported-calendar-component-set><B:comp name="VEVENT"/></B:supported-calendar-component-set></A:prop></A:set></B:mkcalendar>`;
  const made = await send("MKCALENDAR", second, xml("0"), make);
  checks.ok("Apple: MKCALENDAR", made.status === 201, `${made.status} ${made.text}`);

  const at = `${home}Calendar/`;
  const put = (name, title, more) => send("PUT", `${at}${name}.ics`, { ...calendarType, ...more }, event(name, title));
  const first = await put("APPLE-1", "One", { "If-None-Match": "*" });
  checks.ok("Apple: PUT of a new event", first.status === 201 && first.headers.etag, first.status);
  const stale = await put("APPLE-1", "Two", { "If-Match": '"x"' });
  const changed = await put("APPLE-1", "Two", { "If-Match": first.headers.etag });
  checks.ok("Apple: PUT under a condition", changed.status === 204 && stale.status === 412, changed.status);
  const posted = await send("POST", at, calendarType, event("APPLE-2", "Posted"));
  checks.ok("Apple: POST tells the Location", posted.headers.location?.startsWith(at), JSON.stringify(posted.headers));
  await put("APPLE-3", "Three", { "If-None-Match": "*" });

  const state = await propfind(at, "0", "C:getctag A:sync-token");
  const token = text(state.text, "sync-token");
  const sync = (since) =>
    send(
      "REPORT",
      at,
      xml("1"),
      body(
        "sync-collection",
        `<A:sync-token>${since}</A:sync-token><A:sync-level>1</A:sync-level><A:prop><A:getcontenttype/><A:getetag/></A:prop>`,
      ),
    );
  const all = responses((await sync("")).text).filter(({ path }) => path.endsWith(".ics"));
  checks.ok("Apple: sync-collection lists the three", all.length === 3 && all.every(({ path }) => path.startsWith(at)));
  const multiget = (list) =>
    send(
      "REPORT",
      at,
      xml("1"),
      `<B:calendar-multiget ${NAMES}><A:prop><A:getetag/><B:calendar-data/></A:prop>${list.map((one) => `<A:href>${one}</A:href>`).join("")}</B:calendar-multiget>`,
    );
  const wanted = [all[0].path, new URL(all[1].path, origin).href, `${at}none.ics`];
  const got = responses((await multiget(wanted)).text);
  checks.ok(
    "Apple: multiget by path and by URL, the missing one 404 by the href asked",
    got.length === 3 &&
      got.filter(({ prop }) => /BEGIN:VCALENDAR/.test(prop)).length === 2 &&
      got.some(({ path, status }) => path === wanted[2] && status === 404),
    JSON.stringify(got.map(({ path, status }) => [path, status])),
  );

  const bulk = `<E:multiput ${NAMES}><E:resource><A:href>${at}APPLE-3.ics</A:href><A:set><A:prop><B:calendar-data>${event("APPLE-3", "Bulk")}</B:calendar-data></A:prop></A:set></E:resource><E:resource><A:set><A:prop><B:calendar-data>${event("APPLE-4", "Made")}</B:calendar-data></A:prop></A:set></E:resource></E:multiput>`;
  const many = await send("POST", at, { ...xml("0"), "X-MobileMe-DAV-Options": "return-changed-data" }, bulk);
  const results = responses(many.text);
  checks.ok(
    "Apple: a bulk change tells the places",
    results.length === 2 && results.every(({ path, status }) => path.startsWith(at) && status === 200),
    many.text,
  );

  const moved = await send("MOVE", `${at}APPLE-1.ics`, {
    Destination: new URL(`${second}APPLE-1.ics`, origin).href,
    Overwrite: "T",
  });
  checks.ok("Apple: MOVE to another calendar by Destination", moved.status === 201, `${moved.status} ${moved.text}`);
  const there = await send("GET", `${second}APPLE-1.ics`);
  checks.ok(
    "Apple: it is there now, and here no more",
    there.status === 200 && (await send("GET", `${at}APPLE-1.ics`)).status === 404,
  );
  const delta = responses((await sync(token)).text).map(({ path, status }) => `${path.slice(at.length)} ${status}`);
  checks.ok("Apple: the next sync tells what is gone", delta.includes("APPLE-1.ics 404"), delta.join());
  const gone = await send("DELETE", second);
  checks.ok("Apple: DELETE of the calendar", gone.status === 204, gone.status);
  checks.ok("Apple: every address told lies below the public one", strays.length === 0, strays.slice(0, 5).join());
}
