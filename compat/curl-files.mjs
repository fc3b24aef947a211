// curl in the file area: uploads, parts of files, transfers that broke off, conditions, and what must not get through.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./lib/checks.mjs";
import { header, openCurl } from "./lib/curl.mjs";
import { ensure } from "./lib/packages.mjs";
import { bytesOf } from "./lib/tree.mjs";

const LETTERS = bytesOf("letters", 60_000).toString("base64");
const BIG = bytesOf("big", 3_000_000);

export async function run(server, checks) {
  if (!ensure("curl")) return checks.skip("everything", "curl cannot be installed");
  const account = server.account("fay");
  const curl = openCurl(server, account);
  const scene = {
    checks,
    server,
    account,
    path: (name) => `/WebDAV/~fay/${name}`,
    curl: (name, ...options) => curl(`/WebDAV/~fay/${name}`, ...options),
    file: (name) => join(server.folder, name),
  };
  writeFileSync(scene.file("letters.txt"), LETTERS);
  writeFileSync(scene.file("big.bin"), BIG);
  writing(scene);
  parts(scene);
  conditions(scene);
  resumedDownload(scene);
  resumedUpload(scene);
  await brokenUpload(scene);
  folders(scene);
  strangers(scene);
}

function writing({ curl, checks }) {
  const made = curl("letters.txt", "-T", "letters.txt", "-H", "Content-Type: text/x-letters");
  checks.ok(
    "PUT answers 201 with a strong ETag",
    made.status === 201 && /^"/.test(header(made, "ETag") ?? ""),
    made.head,
  );
  const got = curl("letters.txt");
  checks.ok(
    "GET gives bytes, type, length, tag and time back",
    got.body === LETTERS &&
      /^text\/x-letters/.test(header(got, "Content-Type") ?? "") &&
      header(got, "Content-Length") === String(LETTERS.length) &&
      header(got, "ETag") === header(made, "ETag") &&
      !Number.isNaN(Date.parse(header(got, "Last-Modified") ?? "")),
    got.head,
  );
  const head = curl("letters.txt", "-I");
  checks.ok(
    "HEAD says the same without them",
    head.status === 200 && head.body === "" && /^Content-Length: 80000\r$/im.test(head.head),
    head.head,
  );
  const again = curl("letters.txt", "-T", "letters.txt");
  checks.ok("PUT over it answers 204", again.status === 204, again.head);
  const chunked = curl("chunked.txt", "-T", "letters.txt", "-H", "Transfer-Encoding: chunked");
  checks.ok("a chunked upload is whole", chunked.status === 201 && curl("chunked.txt").body === LETTERS, chunked.head);
  const expect = curl("big.bin", "-T", "big.bin", "-H", "Expect: 100-continue");
  checks.ok("an upload of 3 MB waits for 100 Continue", expect.status === 201, expect.head);
  const form = curl("form.txt", "-X", "PUT", "-d", "a=b");
  checks.ok("any type is taken", form.status === 201 && curl("form.txt").body === "a=b", form.head);
  const none = curl("none.txt", "-T", "/dev/null");
  checks.ok("an empty file is a file", none.status === 201 && curl("none.txt").status === 200, none.head);
}

/** RFC 9110 14: one part answers 206 with its place, a place behind the end 416, nonsense is not heeded. */
function parts({ curl, checks }) {
  const size = LETTERS.length;
  const part = (range, ...more) => curl("letters.txt", "-H", `Range: ${range}`, ...more);
  const says = (text, answer, from, to) =>
    checks.ok(
      text,
      answer.status === 206 &&
        answer.body === LETTERS.slice(from, to + 1) &&
        header(answer, "Content-Range") === `bytes ${from}-${to}/${size}` &&
        header(answer, "Content-Length") === String(to - from + 1),
      answer.head,
    );
  says("Range from the beginning", part("bytes=0-99"), 0, 99);
  says("Range from the middle to the end", part("bytes=1000-"), 1000, size - 1);
  says("Range of the last bytes", part("bytes=-500"), size - 500, size - 1);
  says("Range that goes over the end", part(`bytes=${size - 10}-${size + 10}`), size - 10, size - 1);
  const behind = part(`bytes=${size}-`);
  checks.ok(
    "Range behind the end answers 416 with the size",
    behind.status === 416 && header(behind, "Content-Range") === `bytes */${size}`,
    behind.head,
  );
  const unknown = part("lines=1-2");
  checks.ok(
    "a unit nobody knows gives the whole file",
    unknown.status === 200 && unknown.body === LETTERS,
    unknown.head,
  );
  const several = part("bytes=0-9,100-109");
  const both =
    /^multipart\/byteranges/.test(header(several, "Content-Type") ?? "") &&
    several.body.includes(LETTERS.slice(100, 110));
  checks.ok(
    "two ranges give both parts or the whole file",
    (several.status === 206 && both) || several.body === LETTERS,
    several.head,
  );
  const etag = header(curl("letters.txt", "-I"), "ETag");
  says("If-Range with its tag gives the part", part("bytes=5-9", "-H", `If-Range: ${etag}`), 5, 9);
  const changed = part("bytes=5-9", "-H", 'If-Range: "another"');
  checks.ok(
    "If-Range with another tag gives the whole file",
    changed.status === 200 && changed.body === LETTERS,
    changed.head,
  );
}

function conditions({ curl, checks }) {
  const head = curl("letters.txt", "-I");
  const [etag, time] = [header(head, "ETag"), header(head, "Last-Modified")];
  const status = (...headers) => curl("letters.txt", ...headers.flatMap((line) => ["-H", line])).status;
  checks.ok("If-None-Match answers 304", status(`If-None-Match: ${etag}`) === 304);
  checks.ok("If-Modified-Since answers 304", status(`If-Modified-Since: ${time}`) === 304);
  const put = (line) => curl("letters.txt", "-T", "letters.txt", "-H", line).status;
  checks.ok("creating what exists is refused with 412", put("If-None-Match: *") === 412);
  checks.ok("writing over another version is refused with 412", put('If-Match: "another"') === 412);
  checks.ok("writing over this version works", put(`If-Match: ${etag}`) === 204);
}

/** Runs curl with its output going to a file, as `-C -` needs. */
const download = ({ server, account, path }, name, ...options) =>
  spawnSync(
    "curl",
    ["-sS", "-u", `${account.user}:${account.password}`, "-o", name, ...options, server.base + path("big.bin")],
    {
      cwd: server.folder,
      encoding: "utf8",
    },
  );

function resumedDownload(scene) {
  const { checks, file } = scene;
  writeFileSync(file("half.bin"), BIG.subarray(0, 1_234_567));
  const done = download(scene, "half.bin", "-C", "-", "-w", "%{http_code} %{size_download}");
  checks.ok(
    "curl -C - fetches what is missing and no more",
    done.stdout === `206 ${BIG.length - 1_234_567}` && readFileSync(file("half.bin")).equals(BIG),
    `${done.stdout} ${done.stderr}`,
  );
}

/** Whoever takes no parts by PUT has to say so (RFC 9110 14.5): stored as a whole, the end alone would replace the file. */
function resumedUpload(scene) {
  const { curl, checks, file } = scene;
  const answer = curl("big.bin", "-T", "big.bin", "-C", "2000000");
  download(scene, "after.bin");
  const refused = [400, 501].includes(answer.status) || answer.status === 415;
  checks.ok(
    "curl -C with an upload is carried out or refused, and never stores the part as the whole",
    (refused || [200, 204].includes(answer.status)) && readFileSync(file("after.bin")).equals(BIG),
    `${answer.head} ${readFileSync(file("after.bin")).length}`,
  );
  checks.note(`the server ${refused ? "refuses" : "takes"} parts by PUT (${answer.status})`);
  const fresh = curl("part-only.bin", "-T", "big.bin", "-C", "2000000");
  checks.ok(
    "and no file comes into being of a part",
    refused === fresh.status >= 400 && (!refused || curl("part-only.bin").status === 404),
    fresh.head,
  );
}

async function brokenUpload(scene) {
  const { server, account, curl, checks, path, file } = scene;
  const words = ["-s", "-u", `${account.user}:${account.password}`, "--limit-rate", "300k", "-T", "big.bin"];
  for (const name of ["broken.bin", "letters.txt"]) {
    const child = spawn("curl", [...words, server.base + path(name)], { cwd: server.folder, stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.kill("SIGKILL");
    await ended;
  }
  const gone = await until(() => curl("broken.bin").status === 404, 5_000);
  checks.ok("an upload that breaks off leaves no file", gone);
  checks.ok("nor does it touch the one that was there", curl("letters.txt").body === LETTERS);
  const whole = curl("broken.bin", "-T", "big.bin");
  download(scene, "again.bin");
  checks.ok("sent again it is whole", whole.status === 201 && readFileSync(file("again.bin")).equals(BIG), whole.head);
}

function folders({ server, curl, checks, path }) {
  const ask = (method, name, ...headers) => curl(name, "-X", method, ...headers.flatMap((line) => ["-H", line])).status;
  const to = (name) => `Destination: ${server.base}${path(name)}`;
  checks.ok("a file without its folder answers 409", curl("no/where.txt", "-T", "letters.txt").status === 409);
  checks.ok("MKCOL answers 201, then 405", ask("MKCOL", "box/") === 201 && ask("MKCOL", "box/") === 405);
  checks.ok(
    "curl appends the name to a folder",
    curl("box/", "-T", "letters.txt").status === 201 && curl("box/letters.txt").status === 200,
  );
  const copied = [ask("COPY", "box/", to("copy/")), ask("COPY", "box/", to("shallow/"), "Depth: 0")];
  checks.ok(
    "COPY takes all, with Depth: 0 the folder alone",
    copied.join() === "201,201" &&
      curl("copy/letters.txt").status === 200 &&
      curl("shallow/letters.txt").status === 404,
    copied.join(),
  );
  const held = ask("MOVE", "letters.txt", to("copy/letters.txt"), "Overwrite: F");
  checks.ok("Overwrite: F keeps what is there (412)", held === 412 && curl("letters.txt").status === 200, held);
  const moved = ask("MOVE", "letters.txt", to("copy/letters.txt"));
  checks.ok("MOVE over a file answers 204", moved === 204 && curl("letters.txt").status === 404, moved);
  const within = ask("MOVE", "box/", to("box/inside/"));
  checks.ok("no folder moves into itself", within === 403 || within === 409, within);
  checks.ok("a folder is not written as a file", [405, 409].includes(curl("box", "-T", "letters.txt").status));
  checks.ok(
    "DELETE takes a folder and all in it",
    ask("DELETE", "box/") === 204 && curl("box/letters.txt").status === 404,
  );
}

function strangers(scene) {
  const { server, checks, path, file } = scene;
  const other = openCurl(server, server.account("gus"));
  const seen = ["big.bin", "", "nothing-here.txt"].map(
    (name) => other(path(name), "-X", "PROPFIND", "-H", "Depth: 0").status,
  );
  checks.ok(
    "somebody else sees nothing, and not what there is",
    seen.join() === "404,404,404" || seen.join() === "403,403,403",
    seen.join(),
  );
  const write = (name) => [other(path(name), "-T", "letters.txt").status, other(path(name), "-X", "DELETE").status];
  const [written, elsewhere] = [write("big.bin").join(), write("nothing-here.txt").join()];
  checks.ok(
    "nor writes or removes",
    /^(403|404|409),(403|404)$/.test(written) && written === elsewhere,
    `${written} ${elsewhere}`,
  );
  const nobody = spawnSync("curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", server.base + path("big.bin")], {
    encoding: "utf8",
  });
  checks.ok("nobody without a password", nobody.stdout === "401", nobody.stdout);
  const ways = [
    "/WebDAV/~gus/../~fay/big.bin",
    "/WebDAV/~gus/%2e%2e/~fay/big.bin",
    "/WebDAV/~gus/..%2f~fay/big.bin",
    "/WebDAV/~gus/%00",
  ];
  const tried = ways.map((way) => other(way, "--path-as-is").status);
  checks.ok(
    "no path leads out of one's own area",
    tried.every((s) => s === 400 || s === 404 || s === 403),
    tried.join(),
  );
  download(scene, "last.bin");
  checks.ok("and the file is as it was", readFileSync(file("last.bin")).equals(BIG));
}
