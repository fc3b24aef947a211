// The whole server in this process, with a watch on how long its event loop was kept at one thing. Answers the parent
// process: "begin" starts a measurement, "end" gives it: milliseconds { longest, delay, cpu }, mebibytes { memory, peak }.
import { readFileSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createAccount } from "@kalends/accounts";
import { configSchema, createListener, openHouse } from "@kalends/server";

const [database = ""] = process.argv.slice(2);
const config = configSchema.parse({ database, auth: { bcryptCost: 4 }, log: { level: "error" } });
const { house, close } = await openHouse(config);
for (const login of ["lou", "nora"]) {
  await createAccount(house.services.db, house.passwords, { login, domain: config.domain, password: login });
}
const server = createListener(house).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));

/** Milliseconds of processor time this thread has used: waiting for a busy machine does not count. */
const used = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;

/** Mebibytes of this process: VmRSS now, VmHWM at most since the measurement began. */
const memory = (which) =>
  Math.round(Number(new RegExp(`${which}:\\s+(\\d+)`).exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024);

const delay = monitorEventLoopDelay({ resolution: 1 });
let longest = 0;
let last = used();
let before = process.cpuUsage();
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
    writeFileSync("/proc/self/clear_refs", "5");
    before = process.cpuUsage();
    process.send?.({ memory: memory("VmRSS") });
  } else if (message === "end") {
    delay.disable();
    const { user, system } = process.cpuUsage(before);
    const cpu = (user + system) / 1000;
    process.send?.({ longest, delay: delay.max / 1e6, cpu, memory: memory("VmRSS"), peak: memory("VmHWM") });
  } else {
    server.closeAllConnections();
    server.close();
    await close();
    process.exit(0);
  }
});
process.send?.(`http://127.0.0.1:${server.address().port}`);
