// For containers: asks the server beside it whether it serves. Exit status 0: it does.
import { get } from "node:http";

const [, host = "", port = "8100"] = /^(.*):(\d+)$/.exec(process.env.KALENDS_LISTEN ?? "") ?? [];
const everywhere = ["", "0.0.0.0", "[::]"].includes(host);
const address = everywhere ? "127.0.0.1" : host.replace(/^\[|\]$/g, "");

get({ host: address, port, path: "/readyz", timeout: 4_000 }, ({ statusCode }) =>
  process.exit(statusCode === 200 ? 0 : 1),
)
  .on("timeout", () => process.exit(1))
  .on("error", () => process.exit(1));
