import { cal, child, dav } from "@kalends/dav-xml";
import { type DavClient, openClient } from "../client/client.js";
import { generateObject, objectText } from "../generators/calendar.js";
import { ATTACKER, CALENDARS, HONEST, KEPT, OBJECTS } from "./paths.js";
import { passwordOf } from "./shot.js";
import type { Target } from "./target.js";

const OBJECTS_EACH = 12;
const YEARS = { start: "20240101T000000Z", end: "20280101T000000Z" };

/** A calendar whose content may not change, as every way of reading it shows it. */
interface Witness {
  readonly client: DavClient;
  readonly path: string;
  readonly token: string;
  readonly shown: string;
}

export interface HonestData {
  /** What changed that nobody was allowed to change; empty when all is well. */
  check(): Promise<readonly string[]>;
  /** Gives the attacker the calendars that shots name, where they are gone. */
  refill(): Promise<void>;
  /** Removes what the attacker made, so that the server does not fill up, and refills. */
  sweep(): Promise<void>;
  close(): void;
}

async function fill(client: DavClient, path: string, seed: number): Promise<void> {
  for (let n = 1; n <= OBJECTS_EACH; n++) {
    const { status } = await client.put(`${path}honest-${n}.ics`, objectText(generateObject(seed, n)));
    // Tasks and journals are refused where only events belong.
    if (status !== 201 && status !== 403) throw new Error(`cannot make ${path}honest-${n}.ics: ${status}`);
  }
}

/** Octets, listing, two queries and the multiget of a calendar as one text. */
async function shownOf(client: DavClient, path: string): Promise<string> {
  const listing = await client.propfind(path, [dav("getetag"), dav("displayname")], "1");
  const parts = listing.responses.map(({ href, found }) => `${href} ${found(dav("getetag")) ?? ""}`).sort();
  const hrefs = listing.responses.map(({ href }) => href).filter((href) => href !== path);
  for (const href of hrefs) parts.push((await client.get(href)).text);
  const many = [
    await client.multiget(path, hrefs, [cal("calendar-data")]),
    await client.query(path, "VEVENT", YEARS),
    await client.query(path, "VTODO", null),
  ];
  for (const { responses } of many) {
    const told = responses.map((one) => `${one.href} ${one.found(cal("calendar-data")) ?? one.found(dav("getetag"))}`);
    parts.push(told.sort().join("\n"));
  }
  return parts.join("\n--\n");
}

/** Takes away the locks of a calendar and of what is in it. */
async function unlock(client: DavClient, path: string): Promise<void> {
  const { responses } = await client.propfind(path, [dav("lockdiscovery")], "1");
  for (const { href, props } of responses) {
    const locks = props.get(dav("lockdiscovery"))?.element.children ?? [];
    for (const lock of locks) {
      const token = child(lock, dav("locktoken"))?.children[0]?.text ?? "";
      await client.request("UNLOCK", href, { headers: { "Lock-Token": `<${token}>` } });
    }
  }
}

async function witness(client: DavClient, path: string): Promise<Witness> {
  const { syncToken = "" } = await client.syncCollection(path, "");
  return { client, path, token: syncToken, shown: await shownOf(client, path) };
}

async function changesOf({ client, path, token, shown }: Witness): Promise<readonly string[]> {
  try {
    const { responses } = await client.syncCollection(path, token);
    const now = await shownOf(client, path);
    return [
      ...(responses.length > 0 ? [`${path} tells ${responses.length} changes to a sync`] : []),
      ...(now === shown ? [] : [`${path} shows something else than before`]),
    ];
  } catch (error) {
    return [`${path} cannot be read: ${(error as Error).message}`];
  }
}

/** What the attacker's calendars still answer: whatever was done to them, they can be listed, queried and synchronized. */
async function workingOf(client: DavClient): Promise<readonly string[]> {
  const faults: string[] = [];
  const { responses } = await client.propfind(`/CalDAV/~${ATTACKER}/`, [dav("resourcetype")], "1");
  const calendars = responses.filter((one) =>
    one.props.get(dav("resourcetype"))?.element.children.some(({ name }) => name === cal("calendar")),
  );
  for (const { href } of calendars) {
    try {
      const { syncToken } = await client.syncCollection(href, "");
      await client.syncCollection(href, syncToken ?? "");
      const { responses: members } = await client.propfind(href, [dav("getetag")], "1");
      await client.multiget(
        href,
        members.map((member) => member.href).filter((member) => member !== href),
      );
      await client.query(href, "VEVENT", YEARS);
    } catch (error) {
      faults.push(`${href} no longer works: ${(error as Error).message}`);
    }
  }
  return faults;
}

/** Makes the accounts and calendars, and remembers what they show. */
export async function prepare(target: Target): Promise<HonestData> {
  for (const login of [HONEST, ATTACKER])
    await target.command(["user", "add", login, "--password-stdin"], passwordOf(login));
  await target.command(["rights", "set", `~${HONEST}/Calendar`, ATTACKER, "lr"]);
  const ann = openClient(target.base, { login: HONEST, password: passwordOf(HONEST) });
  const mal = openClient(target.base, { login: ATTACKER, password: passwordOf(ATTACKER) });
  const kept = `/CalDAV/~${ATTACKER}/${KEPT}/`;
  await mal.mkcalendar(kept);
  await fill(ann, `/CalDAV/~${HONEST}/Calendar/`, 1);
  await fill(mal, kept, 2);
  const witnesses = [await witness(ann, `/CalDAV/~${HONEST}/Calendar/`), await witness(mal, kept)];

  const home = `/CalDAV/~${ATTACKER}/`;
  async function refill(): Promise<void> {
    for (const name of CALENDARS.filter((one) => one !== "New")) await mal.mkcalendar(`${home}${name}/`);
    for (const [n, name] of OBJECTS.slice(0, 4).entries()) {
      await mal.put(`${home}Play/${name}`, objectText(generateObject(9, n)));
    }
  }
  async function sweep(): Promise<void> {
    const { responses } = await mal.propfind(home, [dav("resourcetype")], "1");
    for (const { href } of responses) if (href !== kept) await unlock(mal, href);
    for (const { href } of responses) if (href !== home && href !== kept) await mal.delete(href);
    await refill();
  }
  await sweep();
  return {
    sweep,
    refill,
    close() {
      ann.close();
      mal.close();
    },
    async check() {
      const found = await Promise.all(witnesses.map(changesOf));
      return [...found.flat(), ...(await workingOf(mal))];
    },
  };
}
