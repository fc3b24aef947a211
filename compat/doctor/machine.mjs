// What the machine does not give: room, files, memory, ports.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { totalmem } from "node:os";
import { join } from "node:path";
import { memoryGroup } from "../lib/memory-group.mjs";
import { kalends } from "../lib/server.mjs";
import { cannotShow, names } from "./examine.mjs";

const MiB = 1024 * 1024;
const MOST_WORKERS = 128;

export async function onMachine(stage) {
  await onFolders(stage);
  await onLimits(stage);
  await onPorts(stage);
}

/** A file system of its own, in memory; null where this is not allowed. */
function smallDisk(place, size) {
  try {
    mkdirSync(place);
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", place], { stdio: "ignore" });
    return {
      again: (how) => execFileSync("mount", ["-o", `remount,${how}`, place]),
      end: () => execFileSync("umount", [place]),
    };
  } catch {
    return null;
  }
}

async function onFolders(stage) {
  await names(stage, "a folder below a file", "folder-missing", { KALENDS_DATABASE: `embedded:${kalends}/data` });
  const place = join(stage.folder, "disk");
  const disk = smallDisk(place, "8m");
  if (!disk) return cannotShow(stage, ["disk-low", "disk-full", "folder-read-only"], "mounting is not allowed here");
  const env = { KALENDS_DATABASE: `embedded:${place}` };
  try {
    await names(stage, "a disk with little room", "disk-low", env, { level: "warning" });
    try {
      writeFileSync(join(place, "filling"), Buffer.alloc(16 * MiB));
    } catch {
      // That is what was wanted.
    }
    await names(stage, "a full disk", "disk-full", env);
    rmSync(join(place, "filling"));
    disk.again("ro");
    await names(stage, "a file system that is read-only", "folder-read-only", env);
    await names(stage, "a folder that cannot be made there", "folder-missing", {
      KALENDS_DATABASE: `embedded:${place}/data`,
    });
  } finally {
    disk.end();
  }
}

async function onLimits(stage) {
  await names(stage, "200 open files", "files-few", {}, { before: "ulimit -n 200;", level: "warning" });
  const group = memoryGroup(200 * MiB);
  if (group) {
    await names(stage, "200 MiB of memory", "memory-low", {}, { before: group.enter, level: "warning" });
    return group.remove();
  }
  if (totalmem() > MOST_WORKERS * 256 * MiB) return cannotShow(stage, ["memory-low"], "this machine has too much");
  const env = { KALENDS_WORKERS: String(MOST_WORKERS) };
  await names(stage, `${MOST_WORKERS} workers on this machine`, "memory-low", env, { level: "warning" });
}

const UNPRIVILEGED = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
const HTTPS_PORT = 443;

async function onPorts(stage) {
  const other = createServer((_request, response) => response.end("hello"));
  await new Promise((resolve) => other.listen(stage.port, "127.0.0.1", resolve));
  await names(stage, "another web server at our address", "port-taken", {});
  other.close();
  other.closeAllConnections();
  await names(stage, "an address of another machine", "address-foreign", { KALENDS_LISTEN: "192.0.2.1:8100" });
  await names(stage, "no server at all", "server-off", {}, { level: "warning" });
  if (Number(readFileSync(UNPRIVILEGED, "utf8")) <= HTTPS_PORT)
    return cannotShow(stage, ["port-forbidden"], "every account may listen everywhere here");
  const before = process.getuid() === 0 ? 'exec setpriv --bounding-set=-net_bind_service "$0" "$@";' : "";
  const env = { KALENDS_LISTEN: `127.0.0.1:${HTTPS_PORT}` };
  await names(stage, "port 443 without the right to it", "port-forbidden", env, { before });
}
