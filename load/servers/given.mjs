// A server that runs already, told by the URL of the calendar home: mine=http://user:password@host:port/calendars/user/
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const here = new Set(["127.0.0.1", "localhost", "[::1]"]);

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

const links = (folder) => {
  try {
    return readdirSync(folder).map((name) => readlinkSync(`${folder}/${name}`));
  } catch {
    return [];
  }
};

/** Processes of this machine that listen on a port. */
export function listenersOn(port) {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const sockets = new Set();
  for (const line of `${read("/proc/net/tcp")}${read("/proc/net/tcp6")}`.split("\n")) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state === "0A" && local?.endsWith(hex)) sockets.add(`socket:[${inode}]`);
  }
  if (sockets.size === 0) return [];
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => links(`/proc/${pid}/fd`).some((link) => sockets.has(link))).map(Number);
}

/** `pids` of more processes that belong to it, for example its database's. */
export function given(name, url, pids = []) {
  const { origin, hostname, port, username, password, pathname } = new URL(url);
  const user = decodeURIComponent(username);
  const home = pathname.endsWith("/") ? pathname : `${pathname}/`;
  const found = here.has(hostname) ? listenersOn(Number(port || 80)) : [];
  return {
    name,
    ports: 0,
    absent: () => null,
    start: async () => ({
      base: origin,
      account: { user, password: decodeURIComponent(password) },
      homeOf: (other) => home.replaceAll(`${user}/`, `${other}/`),
      pids: () => [...found, ...pids],
      stop: async () => undefined,
    }),
  };
}
