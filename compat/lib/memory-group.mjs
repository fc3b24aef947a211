// A control group with little memory, as containers and services are given; made where the machine allows it.
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Where version 2 and version 1 of control groups keep the limit. */
const LIMITS = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

function made(root, limit, octets) {
  const place = join(root, `kalends-${process.pid}`);
  try {
    mkdirSync(place);
    const remove = () => rmdirSync(place);
    if (existsSync(join(place, limit))) {
      writeFileSync(join(place, limit), String(octets));
      return { enter: `echo $$ > ${join(place, "cgroup.procs")};`, remove };
    }
    remove();
  } catch {
    // Not allowed, or not the version of this machine.
  }
  return null;
}

/** `enter` is what a shell says to be in it with all it starts; null where none can be made. */
export function memoryGroup(octets) {
  for (const path of LIMITS) {
    const group = made(dirname(path), basename(path), octets);
    if (group) return group;
  }
  return null;
}
