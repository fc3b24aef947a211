// cadaver in the file area: whole sessions with files of any kind, folders, properties and locks.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openCadaver, succeeded } from "./lib/cadaver.mjs";
import { http } from "./lib/http.mjs";
import { ensure } from "./lib/packages.mjs";
import { bytesOf } from "./lib/tree.mjs";

export async function run(server, checks) {
  if (!ensure("cadaver")) return checks.skip("everything", "cadaver cannot be installed");
  const account = server.account("fay");
  const area = `${server.base}/WebDAV/~fay/`;
  const scene = {
    checks,
    area,
    folder: server.folder,
    cadaver: openCadaver(server.folder, account, area),
    ask: (method, name, more) => http(method, area + name, { ...account, ...more }),
    write: (name, content) => writeFileSync(join(server.folder, name), content),
    read: (name) => readFileSync(join(server.folder, name)),
  };
  await files(scene);
  await folders(scene);
  await properties(scene);
  await locks(scene);
  await lockedFolder(scene);
}

async function files({ cadaver, checks, ask, write, read, folder }) {
  const listed = cadaver("ls");
  checks.ok("opens the empty file area", /succeeded|empty/i.test(listed), listed);
  write("photo.bin", bytesOf("photo", 300_000));
  write("empty.txt", "");
  write("n ö.txt", "umlaut");
  const put = cadaver("put photo.bin", 'put "n ö.txt"', "put empty.txt", "ls");
  checks.ok(
    "puts files: bytes, none, and one with a blank and an umlaut",
    succeeded(put, 4) && /photo\.bin\s+300000/.test(put) && /n ö\.txt\s+6/.test(put) && /empty\.txt\s+0/.test(put),
    put,
  );
  const got = cadaver("get photo.bin again.bin", "get empty.txt none.txt");
  checks.ok(
    "gets them back as they were",
    succeeded(got, 2) && read("again.bin").equals(bytesOf("photo", 300_000)) && read("none.txt").length === 0,
    got,
  );
  const others = await ask("GET", "n%20%C3%B6.txt");
  checks.ok("others read them", others.status === 200 && others.text === "umlaut", `${others.status} ${others.text}`);
  for (const name of ["one.txt", "two.txt", "three.txt"]) write(name, `this is ${name}`);
  const many = cadaver("mput one.txt two.txt three.txt");
  checks.ok(
    "puts several at once",
    succeeded(many, 3) && (await ask("GET", "three.txt")).text === "this is three.txt",
    many,
  );
  mkdirSync(join(folder, "local"));
  const fetched = cadaver("lcd local", "mget one.txt two.txt", "lcd ..");
  checks.ok("gets several at once", read("local/two.txt").toString() === "this is two.txt", fetched);
  write("one.txt", "changed");
  const changed = cadaver("put one.txt", "cat one.txt");
  checks.ok("overwrites a file", /changed/.test(changed) && (await ask("GET", "one.txt")).text === "changed", changed);
}

async function folders({ cadaver, checks, ask }) {
  const status = async (name) => (await ask("GET", name)).status;
  const made = cadaver("mkcol sub", "cd sub", "mkcol deeper", "cd deeper", "put one.txt", "pwd");
  checks.ok("makes folders and enters them", succeeded(made, 3) && /sub\/deeper\//.test(made), made);
  const again = cadaver("mkcol sub");
  checks.ok("a folder that is there is not made again", !succeeded(again) && /405/.test(again), again);
  const orphan = cadaver("mkcol no/parent");
  checks.ok("nor one without a parent", !succeeded(orphan) && /409/.test(orphan), orphan);
  const copied = cadaver("copy one.txt sub", "copy sub/ other/");
  checks.ok(
    "copies a file into a folder, and a folder with all in it",
    succeeded(copied, 2) && (await status("other/one.txt")) === 200 && (await status("other/deeper/one.txt")) === 200,
    copied,
  );
  const moved = cadaver("move two.txt 2.txt", "move other/ elsewhere/", "move 2.txt three.txt sub");
  checks.ok(
    "moves to another name, a whole folder, and several into a folder",
    succeeded(moved, 4) &&
      (await status("elsewhere/deeper/one.txt")) === 200 &&
      (await status("other/one.txt")) === 404 &&
      (await status("sub/2.txt")) === 200 &&
      (await status("three.txt")) === 404,
    moved,
  );
  const removed = cadaver("delete sub/2.txt", "rmcol elsewhere/");
  checks.ok(
    "removes a file, and a folder that is not empty",
    succeeded(removed, 2) && (await status("sub/2.txt")) === 404 && (await status("elsewhere/one.txt")) === 404,
    removed,
  );
  const wrong = cadaver("rmcol one.txt", "delete sub");
  checks.ok(
    "takes no file for a folder, nor the other way",
    !succeeded(wrong) && (await status("one.txt")) === 200,
    wrong,
  );
  await ask("DELETE", "sub/");
}

async function properties({ cadaver, checks, ask }) {
  const set = cadaver("propset one.txt colour red", "propget one.txt colour", "propnames one.txt");
  checks.ok("sets a property of its own and reads it", /Value of colour is: red/.test(set) && /getetag/.test(set), set);
  cadaver("copy one.txt copied.txt", "move one.txt moved.txt");
  const kept = cadaver("propget copied.txt colour", "propget moved.txt colour");
  checks.ok("it goes along with copy and move", kept.match(/is: red/g)?.length === 2, kept);
  const gone = cadaver("propdel moved.txt colour", "propget moved.txt colour");
  checks.ok("and can be removed", succeeded(gone) && !/is: red/.test(gone), gone);
  await ask("DELETE", "copied.txt");
}

async function locks({ cadaver, checks, ask, write }) {
  write("moved.txt", "written under the lock");
  const held = cadaver("lock moved.txt", "discover moved.txt", "put moved.txt", "showlocks");
  const [, token = ""] = /Lock token <([^>]+)>/.exec(held) ?? [];
  checks.ok("locks a file, sees the lock, and writes under it", succeeded(held, 2) && token !== "", held);
  const put = await ask("PUT", "moved.txt", { body: "through the lock" });
  const post = await ask("PROPPATCH", "moved.txt", { headers: { "Content-Type": "application/xml" }, body: colour });
  const refused = cadaver(
    "put moved.txt",
    "delete moved.txt",
    "move moved.txt away.txt",
    "propset moved.txt colour blue",
  );
  checks.ok(
    "others neither write, remove, move nor mark it",
    put.status === 423 && post.status !== 200 && !succeeded(refused) && refused.match(/423/g)?.length >= 3,
    `${put.status} ${post.status} ${refused}`,
  );
  const read = await ask("GET", "moved.txt");
  checks.ok("they read it", read.status === 200 && read.text === "written under the lock", read.text);
  const freed = await ask("UNLOCK", "moved.txt", { headers: { "Lock-Token": `<${token}>` } });
  checks.ok("the token gives it back", freed.status === 204, freed.status);
  const fresh = cadaver("lock new.txt", "unlock new.txt");
  checks.ok("a name that is not taken can be locked", succeeded(fresh, 2), fresh);
  const made = await ask("GET", "new.txt");
  checks.ok("and is an empty file then (RFC 4918 7.3)", made.status === 200 && made.text === "", made.status);
}

const colour = `<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><c xmlns="urn:x">blue</c></D:prop></D:set></D:propertyupdate>`;

async function lockedFolder({ cadaver, checks, ask, area }) {
  cadaver("mkcol held");
  const inside = cadaver("cd held", "lock .", "put moved.txt", "mkcol sub", "move moved.txt sub/named.txt", "unlock .");
  checks.ok("locks a folder and works inside", succeeded(inside, 5), inside);
  const free = await ask("PUT", "held/after.txt", { body: "free again" });
  checks.ok("after unlocking others write there", free.status === 201, free.status);
  const held = cadaver("cd held", "lock .");
  const [, token = ""] = /Lock token <([^>]+)>/.exec(cadaver("discover held/")) ?? [];
  const statuses = [
    (await ask("PUT", "held/new.txt", { body: "x" })).status,
    (await ask("PUT", "held/sub/named.txt", { body: "x" })).status,
    (await ask("MOVE", "moved.txt", { headers: { Destination: `${area}held/moved.txt` } })).status,
    (await ask("DELETE", "held/")).status,
  ];
  checks.ok(
    "a locked folder takes nothing from others at any depth",
    statuses.every((s) => s === 423),
    statuses.join(),
  );
  const freed = await ask("UNLOCK", "held/sub/named.txt", { headers: { "Lock-Token": `<${token}>` } });
  checks.ok("its token unlocks from inside as well", freed.status === 204, `${held} ${token} ${freed.status}`);
  checks.ok("then it can be removed", (await ask("DELETE", "held/")).status === 204);
}
