// The servers that can be measured, and the starting of those that were asked for.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { cyrus } from "./cyrus.mjs";
import { davical } from "./davical.mjs";
import { given } from "./given.mjs";
import { free } from "./programs.mjs";
import { kalends, kalendsEmbedded } from "./kalends.mjs";
import { radicale } from "./radicale.mjs";
import { sogo } from "./sogo.mjs";
import { xandikos } from "./xandikos.mjs";

// Each keeps its ports, whoever else is started.
const known = [kalends, kalendsEmbedded, radicale, xandikos, davical, cyrus, sogo];
export const SPARE_PORT = known.reduce((sum, { ports }) => sum + ports, 0);

const offsetOf = (name) => {
  const index = known.findIndex((server) => server.name === name);
  return known.slice(0, Math.max(0, index)).reduce((sum, { ports }) => sum + ports, 0);
};

function described(word, pids) {
  const [name, ...rest] = word.split("=");
  if (rest.length > 0) return given(name, rest.join("="), pids);
  const server = known.find((one) => one.name === name);
  if (!server) throw new Error(`no server ${name}; known are ${known.map((one) => one.name).join(", ")}, or NAME=URL`);
  return server;
}

/** Those of a list of names, or NAME=URL, that are installed; `say` tells about the others. */
export function chosen(words, { say, pids = [] }) {
  return words
    .map((word) => described(word, pids))
    .filter((server) => {
      const why = server.absent();
      if (why) say(`${server.name} is left out: ${why}`);
      return !why;
    });
}

/** Starts one; its data lie in a folder of its own under `folder`. */
export async function startOne(server, { folder, port, users, ...options }) {
  const own = join(folder, server.name);
  mkdirSync(own, { recursive: true });
  const first = port + offsetOf(server.name);
  for (let number = first; number < first + server.ports; number++) await free(number);
  const running = await server.start({ folder: own, port: first, users, ...options });
  return {
    ownPids: running.pids,
    watch: () => ({ stop: async () => ({}) }),
    ...running,
    name: server.name,
    home: running.homeOf(running.account.user),
  };
}
