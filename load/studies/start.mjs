// How long Kalends takes to start and how much memory it holds when nobody asks it for anything.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memory } from "../measure/processes.mjs";
import { kalends, kalendsEmbedded } from "../servers/kalends.mjs";
import { startOne } from "../servers/index.mjs";
import { finding } from "./findings.mjs";

const SETTLED = 3000;
const WARM = 1000;
const IDLE = 250;
const MEBIBYTE = 1024 * 1024;

async function figures(described, limited, options) {
  const folder = mkdtempSync(join(tmpdir(), "kalends-start-"));
  // PostgreSQL runs as somebody else.
  chmodSync(folder, 0o755);
  const server = await startOne(described, { folder, port: options.port, users: 0 });
  try {
    const warm = await server.again();
    await new Promise((resolve) => setTimeout(resolve, SETTLED));
    const { largest } = memory(server.ownPids());
    return [
      finding(`${described.name}: started the first time`, server.startTime, "ms"),
      finding(`${described.name}: started again`, warm, "ms", limited ? WARM : undefined),
      finding(`${described.name}: memory at rest`, largest / MEBIBYTE, "MiB", limited ? IDLE : undefined),
    ];
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts servers of its own in folders of their own. */
export async function startStudy(_server, options, show) {
  show.line("start: servers with nothing in them");
  return [...(await figures(kalendsEmbedded, true, options)), ...(await figures(kalends, false, options))];
}
