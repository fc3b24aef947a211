// Xandikos (Debian: xandikos), one process, as its documentation runs it. It knows no accounts: any password will do.
import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { BENCH, names } from "./accounts.mjs";
import { listening, run, start } from "./programs.mjs";

const AUTHOR = ["-c", "user.name=bench", "-c", "user.email=bench@load.example"];

async function startXandikos({ folder, port, users }) {
  const data = join(folder, "data");
  for (const user of names(users)) mkdirSync(join(data, user, "calendars"), { recursive: true });
  const words = [
    "-l",
    "127.0.0.1",
    "-p",
    String(port),
    "-d",
    data,
    "--autocreate",
    "--current-user-principal",
    "/bench/",
  ];
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
  const server = start("/usr/bin/xandikos", words, { env, log: join(folder, "log") });
  await listening(port, server);
  return {
    base: `http://127.0.0.1:${port}`,
    account: BENCH,
    homeOf: (user) => `/${user}/calendars/`,
    // Its store is a git work tree.
    fillFrom(files, calendar) {
      const target = join(data, calendar);
      for (const name of readdirSync(files)) copyFileSync(join(files, name), join(target, name));
      run("git", ["-C", target, "add", "--", "."]);
      run("git", ["-C", target, ...AUTHOR, "commit", "-q", "-m", "filled"]);
    },
    pids: () => [server.pid],
    stop: () => server.stop(),
  };
}

export const xandikos = {
  name: "xandikos",
  ports: 1,
  absent: () => (existsSync("/usr/bin/xandikos") ? null : "xandikos is not installed"),
  start: startXandikos,
};
