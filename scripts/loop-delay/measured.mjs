// The server in a process of its own that tells what requests cost it; see server.mjs beside.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("server.mjs", import.meta.url));

/** Starts it on a database; `begin` and `end` go around what is measured, `end` gives the figures. */
export async function startMeasured(database) {
  const child = fork(program, [database]);
  const answer = () => new Promise((resolve) => child.once("message", resolve));
  const tell = (message) => {
    const answered = answer();
    child.send(message);
    return answered;
  };
  return {
    base: await answer(),
    begin: () => tell("begin"),
    end: () => tell("end"),
    stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.send("stop");
      return ended;
    },
  };
}
