import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { FtpServer } from "@kalends/ftp";
import { AdminError } from "./admin/command.js";
import { listenForAdmin } from "./admin/socket.js";
import type { Config } from "./config/schema.js";
import { ensureAdmin } from "./first-start.js";
import { createFtpListener } from "./ftp/listener.js";
import { hostAndPort } from "./host-port.js";
import { createListener } from "./http/listener.js";
import { adminSocketPath, openHouse } from "./open-house.js";
import { startTidying } from "./upkeep.js";

const GRACE_MS = 10_000;

/** Runs the server until it is told to stop (SIGINT, SIGTERM); open requests are finished first. */
export async function serve(config: Config): Promise<void> {
  let ready = false;
  const opened = await openHouse(config, () => ready);
  try {
    const admin = await ensureAdmin(opened.house);
    const http = createListener(opened.house);
    const base = await listen(http, config.listen);
    const ftp = config.ftp.listen === "" ? null : createFtpListener(opened.house);
    const ftpBase = ftp && (await listenFtp(ftp, config.ftp.listen));
    const socketPath = adminSocketPath(config);
    // Commands tell addresses of links, and the port may have been chosen only now.
    const reached = { ...opened.house, config: { ...config, listen: new URL(base).host } };
    const adminServer = socketPath === null ? null : await listenForAdmin(socketPath, reached);
    ready = true;
    const stopTidying = startTidying(opened.house);
    process.stdout.write(welcome(config.publicUrl ?? base, admin, ftpBase));
    await stopSignal();
    ready = false;
    stopTidying();
    adminServer?.close();
    await Promise.all([drain(http), ftp?.close(GRACE_MS)]);
  } finally {
    await opened.close();
  }
}

function cannotListen(error: NodeJS.ErrnoException, where: string, variable: string): AdminError {
  const taken = error.code === "EADDRINUSE";
  const next = taken ? `stop what listens there, or choose another address with ${variable}` : error.message;
  return new AdminError(`cannot listen on ${where}: ${next}`);
}

/** `HOST:PORT` with the port that was found, as it stands in a URL. */
const shownAt = (where: string, port: number): string => where.replace(/\d+$/, String(port));

function listen(server: Server, where: string): Promise<string> {
  const { host, port } = hostAndPort(where);
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(cannotListen(error, where, "KALENDS_LISTEN")));
    server.listen(port, host, () => resolve(`http://${shownAt(where, (server.address() as AddressInfo).port)}`));
  });
}

async function listenFtp(server: FtpServer, where: string): Promise<string> {
  const { host, port } = hostAndPort(where);
  try {
    return `ftp://${shownAt(where, (await server.listen(host, port)).port)}/pub/calendar/`;
  } catch (error) {
    throw cannotListen(error as NodeJS.ErrnoException, where, "KALENDS_FTP_LISTEN");
  }
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

/** Takes no new connections, lets open requests end, cuts what is left after the grace time. */
function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function welcome(
  base: string,
  admin: { readonly name: string; readonly password: string } | null,
  ftp: string | null,
): string {
  const lines = [`Kalends is ready at ${base}`, ""];
  if (admin) {
    lines.push(
      `  account    ${admin.name}`,
      `  password   ${admin.password}`,
      "  (shown only now; change it with: kalends user password admin)",
      "",
    );
  }
  lines.push(
    `  Apple Calendar   server address ${base}`,
    `  Thunderbird      location ${base}`,
    ...(ftp === null ? [] : [`  free/busy        ${ftp}NAME.vfb`]),
    `  curl             curl -u ${admin?.name ?? "NAME"} ${base}/CalendarData/Calendar.ics`,
    "",
  );
  return lines.join("\n");
}
