import { randomUUID } from "node:crypto";
import { addressBlock } from "@kalends/accounts";
import { createFtpServer, type FtpOptions, type FtpServer } from "@kalends/ftp";
import { openCertificate } from "../certificate.js";
import type { House } from "../compose.js";
import { portRange } from "../config/ftp.js";
import { FOLDER } from "./area.js";
import { signInFtp } from "./sign-in.js";

const SECOND = 1000;

function contextOf({ config: { ftp }, log }: House): FtpOptions["secureContext"] {
  const { certificate, key } = ftp;
  if (certificate === undefined || key === undefined) return null;
  const current = openCertificate({ setting: "ftp", certificate, key, minimum: "TLSv1.2" }, log);
  return () => current().context;
}

function optionsOf(house: House): FtpOptions {
  const { config, log, services } = house;
  const { ftp, freeBusy } = config;
  return {
    folder: FOLDER,
    greeting: "Free/busy files: sign in, go to /pub/calendar",
    signIn: (credentials) => signInFtp(credentials, house),
    secureContext: contextOf(house),
    requireTls: ftp.requireTls,
    passive: { ports: portRange(ftp.passivePorts) ?? null, address: ftp.publicAddress || null },
    active: ftp.active,
    size: freeBusy.size,
    connections: ftp.connections,
    connectionsPerAddress: ftp.connectionsPerAddress,
    addressBlock,
    idle: ftp.idleSeconds * SECOND,
    transfer: ftp.transferSeconds * SECOND,
    clock: services.clock,
    random: Math.random,
    log: ({ who, ...event }) => log.info({ ...event, user: who ?? undefined }, "ftp"),
    fault(err) {
      const id = randomUUID();
      log.error({ id, err }, "ftp command failed");
      return id;
    },
  };
}

/** The FTP listener of a house, not listening yet. Throws `AdminError` where its certificate cannot be used. */
export const createFtpListener = (house: House): FtpServer => createFtpServer(optionsOf(house));
