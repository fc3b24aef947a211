import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { FtpServer } from "@kalends/ftp";
import { AdminError } from "../admin/command.js";
import { hostAndPort } from "../host-port.js";

function cannotListen(error: NodeJS.ErrnoException, where: string, variable: string): AdminError {
  const taken = error.code === "EADDRINUSE";
  const next = taken ? `stop what listens there, or choose another address with ${variable}` : error.message;
  return new AdminError(`cannot listen on ${where}: ${next}`);
}

/** `HOST:PORT` with the port that was found, as it stands in a URL. */
const shownAt = (where: string, port: number): string => where.replace(/\d+$/, String(port));

/** Listens on `HOST:PORT`; gives the URL, with the port that was chosen where 0 was asked for. */
export function listenHttp(
  server: Server,
  where: string,
  scheme = "http",
  variable = "KALENDS_LISTEN",
): Promise<string> {
  const { host, port } = hostAndPort(where);
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(cannotListen(error, where, variable)));
    server.listen(port, host, () => resolve(`${scheme}://${shownAt(where, (server.address() as AddressInfo).port)}`));
  });
}

/** The same for FTP; the URL is that of the one folder. */
export async function listenFtp(server: FtpServer, where: string): Promise<string> {
  const { host, port } = hostAndPort(where);
  try {
    return `ftp://${shownAt(where, (await server.listen(host, port)).port)}/pub/calendar/`;
  } catch (error) {
    throw cannotListen(error as NodeJS.ErrnoException, where, "KALENDS_FTP_LISTEN");
  }
}
