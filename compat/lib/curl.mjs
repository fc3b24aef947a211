// curl as a person types it; the last answer of a conversation, taken apart.
import { spawnSync } from "node:child_process";

/** A function that runs curl on a path of the server; local files are named relative to `server.folder`. */
export function openCurl(server, { user, password }) {
  return (path, ...options) => {
    const words = ["-sS", "-i", "--max-time", "60", "-u", `${user}:${password}`, ...options, server.base + path];
    const done = spawnSync("curl", words, { encoding: "utf8", cwd: server.folder, maxBuffer: 64 << 20 });
    const answers = done.stdout.split(/(?=^HTTP\/)/m);
    const last = answers[answers.length - 1] ?? "";
    const [head = "", ...rest] = last.split("\r\n\r\n");
    return {
      status: Number(head.split(" ")[1]),
      head,
      body: rest.join("\r\n\r\n"),
      error: done.stderr,
      exit: done.status,
    };
  };
}

export const header = (answer, name) => new RegExp(`^${name}: (.*)$`, "im").exec(answer.head)?.[1]?.trim();
