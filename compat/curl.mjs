// curl as a person types it: whole files, single events, conditional requests, odd uploads.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { header, openCurl } from "./lib/curl.mjs";
import { at, calendar, component, event, todo } from "./lib/ics.mjs";
import { ensure } from "./lib/packages.mjs";

export async function run(server, checks) {
  if (!ensure("curl")) return checks.skip("everything", "curl cannot be installed");
  const account = server.account("cora");
  const { user } = account;
  const curl = openCurl(server, account);
  const file = (name, text) => writeFileSync(join(server.folder, name), text);
  file("one.ics", event("one@compat", `DTSTART:${at(1)}Z`, `DTEND:${at(1, 10)}Z`, "SUMMARY:Größe – 日本語"));
  const upload = (name, ...more) => [
    "-H",
    "Content-Type: text/calendar",
    "--data-binary",
    `@${name}`,
    "-X",
    "PUT",
    ...more,
  ];

  let answer = curl("/CalDAV/Calendar/one.ics", ...upload("one.ics"));
  checks.ok("PUT of an event answers 201 with an ETag", answer.status === 201 && header(answer, "ETag"), answer.head);
  const etag = header(answer, "ETag");
  answer = curl("/CalDAV/Calendar/one.ics");
  checks.ok(
    "GET gives the same bytes back",
    answer.body === event("one@compat", `DTSTART:${at(1)}Z`, `DTEND:${at(1, 10)}Z`, "SUMMARY:Größe – 日本語"),
    answer.body,
  );
  checks.ok(
    "If-None-Match answers 304",
    curl("/CalDAV/Calendar/one.ics", "-H", `If-None-Match: ${etag}`).status === 304,
  );
  checks.ok(
    "creating what exists is refused with 412",
    curl("/CalDAV/Calendar/one.ics", ...upload("one.ics", "-H", "If-None-Match: *")).status === 412,
  );
  checks.ok(
    "a chunked upload works",
    curl("/CalDAV/Calendar/one.ics", ...upload("one.ics", "-H", "Transfer-Encoding: chunked")).status === 204,
  );
  checks.ok(
    "Expect: 100-continue works",
    curl("/CalDAV/Calendar/one.ics", ...upload("one.ics", "-H", "Expect: 100-continue")).status === 204,
  );
  const wrong = spawnSync(
    "curl",
    ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-u", `${user}:wrong`, `${server.base}/CalDAV/`],
    { encoding: "utf8" },
  );
  checks.ok("a wrong password answers 401", wrong.stdout === "401", wrong.stdout);

  file(
    "many.ics",
    calendar(
      ...component("VEVENT", "two@compat", `DTSTART:${at(2)}Z`, "SUMMARY:Two"),
      ...component("VEVENT", "three@compat", `DTSTART:${at(3)}Z`, "RRULE:FREQ=DAILY;COUNT=3", "SUMMARY:Three"),
      ...component("VTODO", "four@compat", "SUMMARY:Four"),
    ),
  );
  answer = curl("/CalendarData/Calendar.ics", ...upload("many.ics"));
  checks.ok(
    "PUT of a whole file adds its items",
    [200, 201, 204].includes(answer.status),
    `${answer.head} ${answer.body}`,
  );
  answer = curl("/CalendarData/Calendar.ics");
  checks.ok(
    "GET of the whole calendar has all of them",
    ["one", "two", "three", "four"].every((u) => answer.body.includes(`UID:${u}@compat`)),
    answer.body,
  );
  checks.ok("the whole calendar is text/calendar", /^text\/calendar/.test(header(answer, "Content-Type") ?? ""));
  checks.ok(
    "the calendar's CalDAV address gives one file as well",
    curl("/CalDAV/Calendar/").body.includes("UID:three@compat"),
  );
  checks.ok(
    "the whole calendar answers 304",
    curl("/CalendarData/Calendar", "-H", `If-None-Match: ${header(answer, "ETag")}`).status === 304,
  );
  file(
    "broken.ics",
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:nonsense\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
  );
  answer = curl("/CalendarData/Calendar.ics", ...upload("broken.ics"));
  checks.ok(
    "a broken file is refused with one line",
    answer.status === 400 && answer.body.trim().split("\n").length === 1,
    `${answer.status} ${answer.body}`,
  );
  checks.ok("and changed nothing", !curl("/CalendarData/Calendar.ics").body.includes("nonsense"));
  checks.ok(
    "a form content type is refused with 415",
    curl("/CalendarData/Calendar.ics", "--data-binary", "@many.ics", "-X", "PUT").status === 415,
  );
  file("task.ics", todo("five@compat", "SUMMARY:Five", `DUE:${at(4)}Z`));
  checks.ok("a task goes into the task list", curl("/CalDAV/Tasks/five.ics", ...upload("task.ics")).status === 201);
  checks.ok(
    "DELETE answers 204, then 404",
    curl("/CalDAV/Calendar/one.ics", "-X", "DELETE").status === 204 &&
      curl("/CalDAV/Calendar/one.ics", "-X", "DELETE").status === 404,
  );
}
