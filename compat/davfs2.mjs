// davfs2: the file area as a mounted folder. A tree goes in, comes back byte for byte through a second mount, and changes cross.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./lib/checks.mjs";
import { cannotMount, mount } from "./lib/davfs.mjs";
import { http } from "./lib/http.mjs";
import { ensure } from "./lib/packages.mjs";
import { bytesOf, difference, hashesOf, writeTree } from "./lib/tree.mjs";

const FILES = 500;
const BIG = 5_000_000;

export async function run(server, checks) {
  if (!ensure("mount.davfs", "davfs2")) return checks.skip("everything", "davfs2 cannot be installed");
  const why = cannotMount();
  if (why)
    return checks.skip("everything", `${why}; cadaver and litmus send the same requests through the same library`);
  const account = server.account("fay");
  const scene = { account, url: `${server.base}/WebDAV/~fay/`, source: join(server.folder, "source") };
  writeTree(scene.source, FILES);
  await withMount(scene, checks, (folder) => copyIn(scene, folder, checks));
  await withMount(scene, checks, (folder) => comeBack(scene, folder, checks));
  await withMount(scene, checks, (folder) => changeBothSides(scene, folder, checks));
}

/** Mounts, does the deed, unmounts whatever happens. */
async function withMount({ url, account }, checks, deed) {
  const place = mount(url, account);
  let gone;
  try {
    if (!checks.ok("mounts", place.mounted, place.output)) return;
    await deed(place.folder);
  } finally {
    gone = place.unmount();
  }
  checks.ok("unmounts with nothing left to send", gone.gone && !/lost|fail|error/i.test(gone.output), gone.output);
}

async function copyIn({ source, url, account }, folder, checks) {
  const started = Date.now();
  cpSync(source, join(folder, "tree"), { recursive: true });
  checks.note(`${FILES} files copied in ${Date.now() - started} ms`);
  checks.ok(
    "a copied tree can be read back at once",
    difference(hashesOf(source), hashesOf(join(folder, "tree"))).length === 0,
  );
  writeFileSync(join(folder, "big.bin"), bytesOf("big", BIG));
  const answer = await http("PROPFIND", url, { ...account, headers: { Depth: "0" } });
  checks.ok("others see the folder", answer.status === 207, answer.status);
}

/** A new mount has an empty cache: whatever it shows comes from the server. */
function comeBack({ source }, folder, checks) {
  const wrong = difference(hashesOf(source), hashesOf(join(folder, "tree")));
  checks.ok(
    `after mounting anew all ${FILES} files have their names and hashes`,
    wrong.length === 0,
    wrong.slice(0, 8).join("\n"),
  );
  checks.ok(`a file of ${BIG} bytes is whole`, readFileSync(join(folder, "big.bin")).equals(bytesOf("big", BIG)));
}

async function changeBothSides({ url, account }, folder, checks) {
  const at = (name) => `${url}${name}`;
  const status = async (name) => (await http("GET", at(name), account)).status;
  const text = async (name) => (await http("GET", at(name), account)).text;

  writeFileSync(join(folder, "note.txt"), "first");
  checks.ok("a written file is there for others", await until(async () => (await text("note.txt")) === "first"));
  writeFileSync(join(folder, "note.txt"), "second, longer");
  checks.ok("so is its overwriting", await until(async () => (await text("note.txt")) === "second, longer"));
  const put = () => http("PUT", at("note.txt"), { ...account, body: "third, from elsewhere" });
  const free = await until(async () => (await put()).status === 204);
  checks.ok("its lock is given back when it is closed", free);
  const seen = await until(() => readFileSync(join(folder, "note.txt"), "utf8") === "third, from elsewhere");
  checks.ok("a change made elsewhere is read", seen);
  await http("PUT", at("other.txt"), { ...account, body: "from elsewhere" });
  checks.ok("a file made elsewhere appears", await until(() => existsSync(join(folder, "other.txt"))));

  renameSync(join(folder, "other.txt"), join(folder, "renamed ü.txt"));
  const renamed = await until(async () => (await status("renamed%20%C3%BC.txt")) === 200);
  checks.ok("a file is renamed", renamed && (await status("other.txt")) === 404);
  mkdirSync(join(folder, "made"));
  writeFileSync(join(folder, "made", "inside.txt"), "inside");
  await until(async () => (await status("made/inside.txt")) === 200);
  renameSync(join(folder, "made"), join(folder, "moved"));
  const moved = await until(async () => (await text("moved/inside.txt")) === "inside");
  checks.ok("a folder is renamed with what it holds", moved && (await status("made/inside.txt")) === 404);
  rmSync(join(folder, "moved", "inside.txt"));
  rmdirSync(join(folder, "moved"));
  const gone = await until(async () => (await http("PROPFIND", at("moved/"), account)).status === 404);
  checks.ok("a file and its folder are removed", gone);
  rmSync(join(folder, "tree"), { recursive: true });
  checks.ok(
    "the whole tree is removed",
    await until(async () => (await http("PROPFIND", at("tree/"), account)).status === 404),
  );
}
