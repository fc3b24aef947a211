import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { StoreInUse } from "../errors.js";

/** Who holds a lock. The start time tells a process from a later one with the same number. */
interface Holder {
  readonly pid: number;
  readonly bootId: string;
  readonly startTime: string;
  /** Numbers of processes only mean something within one space (container). */
  readonly space: string;
}

const beatMs = 10_000;
/** From another container the process cannot be looked up: it is taken for gone after this long without a beat. */
const silentMs = 45_000;

const quietly = <T>(read: () => T, otherwise: T): T => {
  try {
    return read();
  } catch {
    return otherwise;
  }
};

const succeeds = (act: () => void): boolean =>
  quietly(() => {
    act();
    return true;
  }, false);

/** Field 22 of /proc/PID/stat, counted after the name, which may itself hold blanks and brackets. */
const startTime = (pid: number): string =>
  quietly(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  }, "");

const self = (): Holder => ({
  pid: process.pid,
  bootId: quietly(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(), ""),
  startTime: startTime(process.pid),
  space: quietly(() => readlinkSync("/proc/self/ns/pid"), ""),
});

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

/** Milliseconds since the lock was last touched, by the clock of its file system alone. */
function silence(path: string): number {
  const probe = `${path}.${process.pid}.now`;
  writeFileSync(probe, "");
  const age = statSync(probe).mtimeMs - statSync(path).mtimeMs;
  rmSync(probe);
  return age;
}

function isGone(holder: Holder, path: string): boolean {
  const me = self();
  if (holder.bootId !== me.bootId) return true;
  if (holder.space !== me.space) return quietly(() => silence(path), 0) > silentMs;
  return !runs(holder.pid) || startTime(holder.pid) !== holder.startTime;
}

const same = (a: string, path: string): boolean => quietly(() => readFileSync(path, "utf8"), "") === a;

/** A lock appears whole; one that cannot be read was left by a crash of the machine. */
const parse = (text: string): Holder =>
  quietly(() => JSON.parse(text) as Holder, { pid: 0, bootId: "unreadable", startTime: "", space: "" });

/** Puts a stale lock aside. Had another process replaced it meanwhile, that one's lock is put back. */
function putAside(path: string, stale: string): void {
  const aside = `${path}.${process.pid}.stale`;
  if (!succeeds(() => renameSync(path, aside))) return;
  if (!same(stale, aside)) quietly(() => linkSync(aside, path), undefined);
  rmSync(aside, { force: true });
}

/**
 * Takes the lock file at `path` for this process and returns what gives it back. The file appears whole, by `link`.
 * Throws `StoreInUse` while the process named in it is running; once that is gone, the lock is taken over.
 */
export function takeLock(path: string, database: string): () => void {
  const mine = JSON.stringify(self());
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, mine, { mode: 0o600 });
  // The same file as the lock once linked: writing it again tells others that this process still runs.
  const file = openSync(fresh, "r+");
  try {
    for (let tries = 0; tries < 10 && !succeeds(() => linkSync(fresh, path)); tries++) {
      const text = quietly(() => readFileSync(path, "utf8"), "");
      const holder = parse(text);
      if (!isGone(holder, path)) throw new StoreInUse(holder.pid, database, `: stop it first (lock file ${path})`);
      putAside(path, text);
    }
    if (!same(mine, path)) throw new StoreInUse(parse(quietly(() => readFileSync(path, "utf8"), "")).pid, database);
  } catch (error) {
    closeSync(file);
    throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
  const beat = setInterval(() => quietly(() => writeSync(file, mine, 0), 0), beatMs);
  beat.unref();
  return () => {
    clearInterval(beat);
    closeSync(file);
    if (same(mine, path)) rmSync(path, { force: true });
  };
}
