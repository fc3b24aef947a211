// For containers: asks the server beside it whether it serves, by HTTP or, where that is not spoken, by TLS. Exit status 0: yes.
import { get as getPlain } from "node:http";
import { get as getTls } from "node:https";

const [, listening = "", port = "8100"] = /^(.*):(\d+)$/.exec(process.env.KALENDS_LISTEN ?? "") ?? [];
const everywhere = ["", "0.0.0.0", "[::]"].includes(listening);
const host = everywhere ? "127.0.0.1" : listening.replace(/^\[|\]$/g, "");

/** The status of /readyz; it is this machine, so whose certificate it shows does not matter. */
const ask = (get) =>
  new Promise((resolve, reject) => {
    const options = { host, port, path: "/readyz", timeout: 4_000, rejectUnauthorized: false };
    get(options, ({ statusCode }) => resolve(statusCode))
      .on("timeout", () => process.exit(1))
      .on("error", reject);
  });

const status = await ask(getPlain)
  .catch(() => ask(getTls))
  .catch(() => 0);
process.exit(status === 200 ? 0 : 1);
