// rclone with its WebDAV backend: a tree goes both ways, changes follow, a transfer that was cut off is taken up again.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./lib/checks.mjs";
import { ensure } from "./lib/packages.mjs";
import { bytesOf, difference, hashesOf, writeTree } from "./lib/tree.mjs";

const FILES = 200;
const BIG = 12_000_000;
const PIECES = 8;
const PIECE = 1_000_000;

export async function run(server, checks) {
  if (!ensure("rclone")) return checks.skip("everything", "rclone cannot be installed");
  const scene = openRclone(server.folder, `${server.base}/WebDAV/~fay/`, server.account("fay"));
  scene.checks = checks;
  scene.here = join(server.folder, "here");
  scene.back = join(server.folder, "back");
  scene.many = join(server.folder, "many");
  writeTree(scene.here, FILES);
  bothWays(scene);
  changes(scene);
  large(scene);
  await resume(scene);
  movesAndRemoves(scene);
}

/** `rclone(…words)` runs to its end, `start` leaves it running; the file area is named `there:`. Nothing is retried. */
function openRclone(folder, url, { user, password }) {
  const file = join(folder, "rclone.conf");
  const hidden = spawnSync("rclone", ["obscure", "-"], { input: password, encoding: "utf8" }).stdout.trim();
  const lines = ["[there]", "type = webdav", `url = ${url}`, "vendor = other", `user = ${user}`, `pass = ${hidden}`];
  writeFileSync(file, [...lines, ""].join("\n"), { mode: 0o600 });
  const always = ["--config", file, "--retries", "1", "--low-level-retries", "1", "-v"];
  return {
    start: (...words) => spawn("rclone", [...always, ...words], { stdio: "ignore" }),
    rclone(...words) {
      const options = { encoding: "latin1", timeout: 120_000, maxBuffer: 64 << 20 };
      const done = spawnSync("rclone", [...always, ...words], options);
      return { done: done.status === 0, output: done.stdout, log: done.stderr };
    },
  };
}

/** How many files a run of rclone transferred, by its own log. */
const copied = ({ log }) => log.match(/: (Multi-thread )?Copied /g)?.length ?? 0;
const listing = ({ rclone }, ...words) =>
  rclone("lsf", ...words)
    .output.trim()
    .split("\n")
    .filter(Boolean);

/** Fetches everything and compares it with this side. */
function sameOnBothSides({ rclone, here, back }) {
  const down = rclone("sync", "--create-empty-src-dirs", "there:tree", back);
  return [...(down.done ? [] : [down.log]), ...difference(hashesOf(here), hashesOf(back))].slice(0, 8).join("\n");
}

function bothWays(scene) {
  const { rclone, checks, here } = scene;
  mkdirSync(join(here, "nothing in it"));
  const up = rclone("sync", "--create-empty-src-dirs", here, "there:tree");
  checks.ok(`sends a tree of ${FILES} files`, up.done && copied(up) === FILES, up.log.slice(-600));
  const count = listing(scene, "--files-only", "-R", "there:tree").length;
  checks.ok("lists all of them", count === FILES, count);
  const check = rclone("check", "--download", here, "there:tree");
  checks.ok("rclone check finds both sides the same", check.done && /: 0 differences found/.test(check.log), check.log);
  const wrong = sameOnBothSides(scene);
  checks.ok("fetches the same tree, an empty folder too", wrong === "", wrong);
  const again = rclone("sync", "--size-only", here, "there:tree");
  checks.ok("a second time there is nothing to do", again.done && copied(again) === 0, again.log);
}

function changes(scene) {
  const { rclone, checks, here } = scene;
  writeFileSync(join(here, "plain", "added.txt"), "added");
  writeFileSync(join(here, "plain", "two words.txt"), "changed, and of another length");
  rmSync(join(here, "empty.d"), { recursive: true });
  renameSync(join(here, "folder with blanks"), join(here, "renamed, with blanks"));
  const up = rclone("sync", here, "there:tree");
  checks.ok("sends what is new or changed", up.done, up.log);
  const wrong = sameOnBothSides(scene);
  checks.ok("and removes what is gone", wrong === "", wrong);

  rclone("deletefile", "there:tree/plain/added.txt");
  rclone("moveto", "there:tree/plain/two words.txt", "there:tree/plain/three ☂ words.txt");
  const down = rclone("sync", "there:tree", here);
  const followed = hashesOf(here).join("\n");
  checks.ok(
    "changes made there come here",
    down.done && !followed.includes("added.txt") && followed.includes("plain/three ☂ words.txt"),
    down.log,
  );
}

function large({ rclone, checks, here, back }) {
  const bytes = bytesOf("big", BIG);
  writeFileSync(join(here, "big.bin"), bytes);
  const up = rclone("copyto", join(here, "big.bin"), "there:big.bin");
  checks.ok(`sends a file of ${BIG} bytes`, up.done, up.log);
  const streams = ["--multi-thread-cutoff", "1M", "--multi-thread-streams", "4"];
  const down = rclone("copyto", ...streams, "there:big.bin", join(back, "big.bin"));
  const whole = down.done && readFileSync(join(back, "big.bin")).equals(bytes);
  checks.ok("fetches it in four streams at once", whole && /Multi-thread Copied/.test(down.log), down.log);
  const middle = rclone("cat", "--offset", "5000000", "--count", "1000", "there:big.bin").output;
  checks.ok("reads a part from the middle", middle === bytes.subarray(5_000_000, 5_001_000).toString("latin1"));
  const tail = rclone("cat", "--tail", "100", "there:big.bin").output;
  checks.ok("reads the end", tail === bytes.subarray(-100).toString("latin1"));
}

/** rclone begins a file that was cut off anew and leaves the whole ones alone. */
async function resume(scene) {
  const { rclone, start, checks, many } = scene;
  mkdirSync(many);
  for (let i = 0; i < PIECES; i++) writeFileSync(join(many, `piece-${i}`), bytesOf(`piece ${i}`, PIECE));
  const cut = start("copy", "--transfers", "1", "--bwlimit", "1M", many, "there:many");
  const ended = new Promise((resolve) => cut.once("exit", resolve));
  const some = await until(() => listing(scene, "there:many").length >= 2, 30_000);
  cut.kill("SIGKILL");
  await ended;
  const sizes = listing(scene, "--format", "s", "there:many").map(Number);
  checks.ok(
    "a transfer that is cut off leaves whole files only",
    some && sizes.length < PIECES && sizes.every((size) => size === PIECE),
    sizes.join(),
  );
  const rest = rclone("copy", "--size-only", many, "there:many");
  checks.ok("the next one sends just the rest", rest.done && copied(rest) === PIECES - sizes.length, rest.log);
  const check = rclone("check", "--download", many, "there:many");
  checks.ok("and everything is whole", check.done, check.log);
}

function movesAndRemoves(scene) {
  const { rclone, checks, many } = scene;
  const named = rclone("moveto", "there:many", "there:moved & named");
  checks.ok("moves a folder", named.done && rclone("check", many, "there:moved & named").done, named.log);
  const copy = rclone("copy", "there:moved & named", "there:copied");
  checks.ok("copies a folder there", copy.done && rclone("check", "--download", many, "there:copied").done, copy.log);
  const size = rclone("size", "--json", "there:copied");
  checks.ok("counts its bytes", JSON.parse(size.output).bytes === PIECES * PIECE, size.output);
  const removed = [rclone("delete", "there:copied"), rclone("rmdir", "there:copied"), rclone("purge", "there:tree")];
  const left = listing(scene, "there:").sort().join(" ");
  checks.ok(
    "removes files, an empty folder, and a full one",
    removed.every(({ done }) => done) && left === "big.bin moved & named/",
    left,
  );
}
