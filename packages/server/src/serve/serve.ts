import cluster from "node:cluster";
import type { Server } from "node:http";
import { AdminError } from "../admin/command.js";
import { listenForAdmin } from "../admin/socket.js";
import type { House } from "../compose.js";
import type { Config } from "../config/schema.js";
import { ensureAdmin } from "../first-start.js";
import { createFtpListener } from "../ftp/listener.js";
import { createWatchListener } from "../http/metrics.js";
import { openWaitingRoom } from "../http/waiting-room.js";
import { ownFigures } from "../metrics/own.js";
import { adminSocketPath, openHouse } from "../open-house.js";
import { startTidying } from "../upkeep.js";
import { collectFigures, type WorkerFigures } from "./figures.js";
import { type Front, openFront } from "./front.js";
import { listenFtp, listenHttp } from "./listen.js";
import { crewOf } from "./processes.js";
import { onHangUp, stopSignal } from "./signals.js";
import { welcome } from "./welcome.js";
import { serveAsWorker } from "./worker.js";

const GRACE_MS = 10_000;

/** Runs the server until it is told to stop (SIGINT, SIGTERM); open requests are finished first. */
export async function serve(config: Config): Promise<void> {
  if (cluster.isWorker) return serveAsWorker(config);
  if (config.workers > 1 && adminSocketPath(config) !== null) throw new AdminError(ONE_PROCESS);
  let ready = false;
  const opened = await openHouse(config, { ready: () => ready, migrating: () => waitOutside(config) });
  try {
    const { house } = opened;
    const admin = await ensureAdmin(house);
    const figures = collectFigures(() => ownFigures(house));
    const watch = await watchListener(house, figures);
    const front = await (config.workers > 1 ? severalProcesses(house, figures) : openFront(house));
    const forget = onHangUp(() => void front.renew());
    const ftp = config.ftp.listen === "" ? null : createFtpListener(house);
    const ftpBase = ftp && (await listenFtp(ftp, config.ftp.listen));
    const adminServer = await answerCommands(house, front.base);
    ready = true;
    const stopTidying = startTidying(house);
    process.stdout.write(welcome(config.publicUrl ?? front.base, admin, ftpBase));
    await stopSignal();
    ready = false;
    forget();
    stopTidying();
    adminServer?.close();
    await Promise.all([front.stop(false), ftp?.close(GRACE_MS)]);
    watch?.close().closeAllConnections();
  } finally {
    await opened.close();
  }
}

const ONE_PROCESS =
  "the embedded database serves one process; for several workers use PostgreSQL (KALENDS_DATABASE), or one worker (KALENDS_WORKERS=1)";

const waitOutside = ({ listen, tls, metrics }: Config) =>
  openWaitingRoom([
    { listen, tls },
    { listen: metrics.listen, tls: {} },
  ]);

/** For who keeps watch, also while the rest starts and stops; with several processes it tells of all of them. */
async function watchListener(house: House, { everybody }: WorkerFigures): Promise<Server | null> {
  const { listen } = house.config.metrics;
  if (listen === "") return null;
  const server = createWatchListener(house, everybody);
  await listenHttp(server, listen, "http", "KALENDS_METRICS_LISTEN");
  return server;
}

/** Worker processes behind one socket; SIGHUP replaces them one by one, for example after an upgrade. */
async function severalProcesses(house: House, figures: WorkerFigures): Promise<Front> {
  const crew = crewOf(house, figures);
  const base = await crew.start();
  return { base, renew: () => void crew.renew(), stop: () => crew.stop() };
}

/** Commands of the administrator while this process holds the database. They tell addresses of links, and the port may have been chosen only now. */
async function answerCommands(house: House, base: string) {
  const path = adminSocketPath(house.config);
  const reached = { ...house, config: { ...house.config, listen: new URL(base).host } };
  return path === null ? null : listenForAdmin(path, reached);
}
