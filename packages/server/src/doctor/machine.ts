import { existsSync, readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { createServer } from "node:net";
import { hostAndPort } from "../host-port.js";
import { ask, codeOf } from "./ask.js";
import type { CauseId } from "./causes.js";
import { type Check, fine, type Found, one, type Verdict } from "./check.js";

const FEW_FILES = 1024;
const MiB = 1024 * 1024;
const PER_PROCESS = 256 * MiB;

const LIMITS = "/proc/self/limits";

/** How many files a process may open; Infinity where nothing says so. */
function filesAllowed(): number {
  const limits = existsSync(LIMITS) ? readFileSync(LIMITS, "utf8") : "";
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
}

/** Memory of the machine, or less where a control group says so. */
const memory = (): number => Math.min(totalmem(), process.constrainedMemory() || Infinity);

/** What the machine allows a process. */
export const machineCheck: Check = {
  name: "machine",
  about: "open files and memory",
  needs: [],
  async run({ config }) {
    const [files, octets] = [filesAllowed(), memory()];
    const processes = config.workers === 1 ? 1 : config.workers + 1;
    const found: Found[] = [];
    const seen = `${files} open files, ${Math.round(octets / MiB)} MiB`;
    if (files < FEW_FILES) found.push({ cause: "files-few", detail: `${files}` });
    if (octets < processes * PER_PROCESS)
      found.push({ cause: "memory-low", detail: `${seen} for ${processes} processes` });
    return { found, note: seen };
  },
};

const REFUSALS: Readonly<Record<string, CauseId>> = {
  EADDRINUSE: "port-taken",
  EACCES: "port-forbidden",
  EADDRNOTAVAIL: "address-foreign",
  ENOTFOUND: "address-foreign",
};

/** Listens for a moment; gives the code of what hinders it. */
function tryToListen(where: string): Promise<string | null> {
  const { host, port } = hostAndPort(where);
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", (error) => resolve(codeOf(error)));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}

/** The server on this machine, without what stands before it. */
export function localBase({ listen, ...config }: { readonly listen: string }): string {
  const { host, port } = hostAndPort(listen);
  const reached = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host;
  const { tls } = config as { readonly tls?: { readonly certificate?: string } };
  return `${tls?.certificate === undefined ? "http" : "https"}://${reached}:${port}`;
}

async function silent(listen: string): Promise<Verdict> {
  const hindered = await tryToListen(listen);
  if (hindered === null) return one("server-off", `${listen} is free`);
  return one(REFUSALS[hindered] ?? "port-taken", `${listen}: ${hindered}`);
}

/** Whether the server runs, and if not, whether it could. */
export const listenerCheck: Check = {
  name: "listener",
  about: "the address of the HTTP listener",
  needs: [],
  async run({ config }) {
    const base = localBase(config);
    const health = await ask(`${base}/healthz`).catch(() => null);
    if (health === null) return silent(config.listen);
    if (health.status !== 200 || health.body !== "ok\n") {
      return one("port-taken", `what answers at ${base} is not Kalends (status ${health.status})`);
    }
    const ready = await ask(`${base}/readyz`);
    return ready.status === 200 ? fine(`a server answers at ${base}`) : one("server-not-ready", ready.body.trim());
  },
};
