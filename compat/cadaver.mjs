// cadaver, a WebDAV shell, driven from standard input on a calendar.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openCadaver, succeeded } from "./lib/cadaver.mjs";
import { http, ICS } from "./lib/http.mjs";
import { at, event } from "./lib/ics.mjs";
import { ensure } from "./lib/packages.mjs";

export async function run(server, checks) {
  if (!ensure("cadaver")) return checks.skip("everything", "cadaver cannot be installed");
  const account = server.account("carl");
  const collection = `${server.base}/CalDAV/~carl/Calendar/`;
  const home = server.folder;
  const cadaver = openCadaver(home, account, collection);
  const says = (text, output, pattern) => checks.ok(text, pattern.test(output), output);

  writeFileSync(join(home, "a.ics"), event("a@cadaver", `DTSTART:${at(1)}Z`, "SUMMARY:Cadaver A"));
  writeFileSync(join(home, "b.ics"), event("b@cadaver", `DTSTART:${at(2)}Z`, "SUMMARY:Cadaver B"));
  says("opens an empty calendar", cadaver("ls"), /succeeded|empty/i);
  says("puts a file", cadaver("put a.ics"), /succeeded/);
  says("lists it", cadaver("ls"), /a\.ics/);
  says("gets it", cadaver("get a.ics got.ics"), /succeeded/);
  checks.ok("with its content", readFileSync(join(home, "got.ics"), "utf8").includes("Cadaver A"));
  says("puts several files", cadaver("mput a.ics b.ics"), /succeeded/);
  says("reads property names", cadaver("propnames a.ics"), /getetag/);
  says("sets and reads a property of its own", cadaver("propset a.ics color red", "propget a.ics color"), /red/);
  const seen = await http("GET", `${collection}b.ics`, account);
  checks.ok("what it wrote is there for others", seen.status === 200 && seen.text.includes("Cadaver B"), seen.status);
  const changed = await http("PUT", `${collection}b.ics`, {
    ...account,
    headers: ICS,
    body: event("b@cadaver", `DTSTART:${at(2)}Z`, "SUMMARY:Changed elsewhere"),
  });
  cadaver("get b.ics again.ics");
  checks.ok(
    "it sees a change made elsewhere",
    changed.status === 204 && readFileSync(join(home, "again.ics"), "utf8").includes("Changed elsewhere"),
  );
  const held = cadaver("lock b.ics", "discover b.ics", "put b.ics", "showlocks");
  checks.ok(
    "locks a file, sees the lock, and writes under it",
    /Locking[^\n]*succeeded/.test(held) && /urn:uuid:/.test(held) && /Uploading[\s\S]*succeeded/.test(held),
    held,
  );
  const foreign = await http("PUT", `${collection}b.ics`, {
    ...account,
    headers: ICS,
    body: event("b@cadaver", `DTSTART:${at(2)}Z`, "SUMMARY:Through the lock"),
  });
  checks.ok("what it left locked takes no other write", foreign.status === 423, foreign.status);
  const refused = cadaver("put b.ics", "delete b.ics");
  checks.ok("without its token it is refused too", !/succeeded/.test(refused) && /423/.test(refused), refused);
  const [, token = ""] = /Lock token <([^>]+)>/.exec(held) ?? [];
  const freed = await http("UNLOCK", `${collection}b.ics`, { ...account, headers: { "Lock-Token": `<${token}>` } });
  checks.ok("the token it tells gives the lock back", freed.status === 204, `${token} ${freed.status}`);
  const round = cadaver("lock b.ics", "put b.ics", "unlock b.ics");
  const after = await http("PUT", `${collection}b.ics`, {
    ...account,
    headers: ICS,
    body: event("b@cadaver", `DTSTART:${at(2)}Z`, "SUMMARY:Unlocked"),
  });
  checks.ok(
    "locks, writes and unlocks in one go",
    succeeded(round, 3) && after.status === 204,
    `${round} ${after.status}`,
  );
  const whole = cadaver("lock .", "put b.ics", "unlock .");
  checks.ok("locks the calendar with all it holds", succeeded(whole, 3), whole);
  const statusOf = async (href) => (await http("GET", href, account)).status;
  const other = collection.replace(/Calendar\/$/, "Other/");
  await http("MKCALENDAR", other, account);
  const copied = cadaver("copy b.ics ../Other/copied.ics");
  checks.ok(
    "copies a file into another calendar",
    /succeeded/.test(copied) &&
      (await statusOf(`${other}copied.ics`)) === 200 &&
      (await statusOf(`${collection}b.ics`)) === 200,
    copied,
  );
  const moved = cadaver("move a.ics ../Other/moved.ics", "move ../Other/moved.ics a.ics", "move b.ics c.ics");
  checks.ok(
    "moves files to another calendar and back, and to another name",
    succeeded(moved, 3) &&
      (await statusOf(`${collection}a.ics`)) === 200 &&
      (await statusOf(`${other}moved.ics`)) === 404 &&
      (await statusOf(`${collection}c.ics`)) === 200 &&
      (await statusOf(`${collection}b.ics`)) === 404,
    moved,
  );
  const renamed = cadaver("cd ..", "move Other Renamed");
  checks.ok(
    "gives a calendar another name",
    /succeeded/.test(renamed) && (await statusOf(`${other.replace(/Other\/$/, "Renamed/")}copied.ics`)) === 200,
    renamed,
  );
  const deleted = cadaver("delete a.ics", "ls");
  checks.ok(
    "deletes a file",
    /succeeded/.test(deleted) && (await http("GET", `${collection}a.ics`, account)).status === 404,
    deleted,
  );
}
