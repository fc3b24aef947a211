// The whole server in this process, with a watch on how long its event loop was kept at one thing. Answers the parent
// process: "begin" starts a measurement, "end" gives it.
import { readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createAccount } from "@kalends/accounts";
import { configSchema, createListener, openHouse } from "@kalends/server";

const [database = ""] = process.argv.slice(2);
const config = configSchema.parse({ database, auth: { bcryptCost: 4 }, log: { level: "error" } });
const { house, close } = await openHouse(config);
await createAccount(house.services.db, house.passwords, { login: "lou", domain: config.domain, password: "lou" });
const server = createListener(house).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));

/** Milliseconds of processor time this thread has used: waiting for a busy machine does not count. */
const used = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;

const delay = monitorEventLoopDelay({ resolution: 1 });
let longest = 0;
let last = used();
setInterval(() => {
  const now = used();
  longest = Math.max(longest, now - last);
  last = now;
}, 1);

process.on("message", async (message) => {
  if (message === "begin") {
    delay.reset();
    delay.enable();
    longest = 0;
    process.send?.("begun");
  } else if (message === "end") {
    delay.disable();
    process.send?.({ longest, delay: delay.max / 1e6 });
  } else {
    server.closeAllConnections();
    server.close();
    await close();
    process.exit(0);
  }
});
process.send?.(`http://127.0.0.1:${server.address().port}`);
