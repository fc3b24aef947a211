import { randomUUID } from "node:crypto";
import { type Answer, codeOf } from "./ask.js";
import { type Check, fine, one, type Scene, skip } from "./check.js";
import { type TrialClient, trialClient, TrialFault } from "./dav-trial.js";
import { isAccount, trialAccount } from "./headers.js";
import { isThere } from "./public.js";

const DAV = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"';
const propfind = (property: string): string => `<D:propfind ${DAV}><D:prop><${property}/></D:prop></D:propfind>`;
const sync = (token: string): string =>
  `<D:sync-collection ${DAV}><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`;

const event = (uid: string): string =>
  [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Kalends//Doctor//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
  ]
    .concat(
      "DTSTART:20260102T090000Z",
      "DURATION:PT1H",
      "SUMMARY:Trial of the doctor – äöü",
      "END:VEVENT",
      "END:VCALENDAR",
      "",
    )
    .join("\r\n");

const ICS = { "Content-Type": "text/calendar; charset=utf-8" };
const textIn = ({ body }: Answer, element: string): string =>
  new RegExp(`<(?:\\w+:)?${element}[^>]*>([^<]+)</`).exec(body)?.[1]?.trim() ?? "";

/** The first href within a property. */
function hrefIn({ body }: Answer, property: string): string {
  const inner = new RegExp(`<(?:\\w+:)?${property}\\b[^>]*>([\\s\\S]*?)</(?:\\w+:)?${property}>`).exec(body)?.[1] ?? "";
  const href = /<(?:\w+:)?href[^>]*>([^<]+)</.exec(inner)?.[1]?.trim();
  if (href === undefined) throw new TrialFault("sync-failed", `the server does not tell its ${property}`);
  return href;
}

async function discover(client: TrialClient): Promise<string> {
  const headers = { Depth: "0" };
  const ask = (what: string, path: string, property: string) =>
    client.step(what, path, [207], { method: "PROPFIND", headers, body: propfind(property) });
  const principal = hrefIn(await ask("the principal", "/", "D:current-user-principal"), "current-user-principal");
  const home = hrefIn(await ask("the home", client.below(principal), "C:calendar-home-set"), "calendar-home-set");
  return client.below(home);
}

/** Writes, reads, syncs, moves and removes an event in a calendar that is made for it. */
async function round(scene: Scene, client: TrialClient): Promise<void> {
  const home = await discover(client);
  const calendar = `${home}doctor/`;
  const [uid, text] = [randomUUID(), event("")];
  const path = `${calendar}${uid}.ics`;
  const sent = text.replace("UID:", `UID:${uid}`);
  await client.step("a calendar is made", calendar, [201], { method: "MKCALENDAR" });
  const first = await client.step("the first sync", calendar, [207], { method: "REPORT", body: sync("") });
  const put = await client.step("an event is written", path, [201], {
    method: "PUT",
    headers: { ...ICS, "If-None-Match": "*" },
    body: sent,
  });
  const got = await client.step("it is read", path, [200], { headers: { "Accept-Encoding": "gzip, identity" } });
  if (got.headers["content-encoding"] === undefined && got.body !== sent) {
    throw new TrialFault("proxy-body-changed", `${sent.length} characters were sent, ${got.body.length} came back`);
  }
  if (put.headers.etag !== undefined && got.headers.etag !== put.headers.etag) {
    throw new TrialFault("proxy-etag", `${put.headers.etag} became ${got.headers.etag}`);
  }
  const second = await client.step("the next sync", calendar, [207], {
    method: "REPORT",
    body: sync(textIn(first, "sync-token")),
  });
  if (!second.body.includes(uid)) throw new TrialFault("sync-failed", "the sync does not tell of the event");
  const destination = `${calendar}moved.ics`;
  await client.step("it is moved", path, [201], {
    method: "MOVE",
    headers: { Destination: scene.base + destination, Overwrite: "F" },
  });
  await client.step("it is removed", destination, [204], {
    method: "DELETE",
    headers: { "If-Match": String(got.headers.etag) },
  });
  const third = await client.step("the last sync", calendar, [207], {
    method: "REPORT",
    body: sync(textIn(second, "sync-token")),
  });
  if (!third.body.includes("404")) throw new TrialFault("sync-failed", "the sync does not tell of the removal");
  await client.step("the calendar is removed", calendar, [204], { method: "DELETE" });
}

/** A calendar program's round through the public address, with an account of its own. */
export const selfSyncCheck: Check = {
  name: "self-sync",
  about: "a calendar program's round through the public address",
  needs: ["settings", "database", "schema", "public", "tls", "names", "listener", "methods", "headers"],
  async run(scene) {
    if (!(await isThere(scene.base))) return skip("no server runs");
    const account = await trialAccount(scene);
    if (!isAccount(account)) return account;
    const before = performance.now();
    try {
      await round(scene, trialClient(scene, account));
      return fine(`an event written, synced, moved and removed in ${Math.round(performance.now() - before)} ms`);
    } catch (error) {
      if (error instanceof TrialFault) return one(error.id, error.message);
      return one("sync-failed", codeOf(error));
    }
  },
};
