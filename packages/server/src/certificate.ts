import { readFileSync, statSync } from "node:fs";
import { createSecureContext, type SecureContext, type SecureVersion } from "node:tls";
import type { Logger } from "pino";
import { AdminError } from "./admin/command.js";

/** Where a certificate and its key are, PEM. */
export interface CertificateFiles {
  /** The group of settings they come from. */
  readonly setting: "tls" | "ftp";
  readonly certificate: string;
  readonly key: string;
  readonly minimum: SecureVersion;
}

/** What was read: for one connection, and for a server. */
export interface Certificate {
  readonly context: SecureContext;
  readonly options: { readonly cert: Buffer; readonly key: Buffer; readonly minVersion: SecureVersion };
}

function read({ certificate, key, minimum }: CertificateFiles): Certificate {
  const options = { cert: readFileSync(certificate), key: readFileSync(key), minVersion: minimum };
  return { context: createSecureContext(options), options };
}

/** Changes whenever one of the files does, or the file that a link stands for. */
function stateOf({ certificate, key }: CertificateFiles): string {
  const one = (file: string): string => {
    const { ino, mtimeMs, size } = statSync(file);
    return `${ino} ${mtimeMs} ${size}`;
  };
  return `${one(certificate)} ${one(key)}`;
}

/**
 * Certificate and key of two PEM files, read anew when one of them changes; as long as a new pair cannot be used, the one
 * before serves and the log says why, once. Throws `AdminError` where the first cannot be used.
 */
export function openCertificate(files: CertificateFiles, log: Logger): () => Certificate {
  const { setting } = files;
  let refused = "";
  let known: { readonly state: string; readonly read: Certificate };
  try {
    known = { state: stateOf(files), read: read(files) };
  } catch (error) {
    throw new AdminError(`${setting}.certificate and ${setting}.key cannot be used: ${(error as Error).message}`);
  }
  return () => {
    let state = "none";
    try {
      state = stateOf(files);
      if (state === known.state || state === refused) return known.read;
      known = { state, read: read(files) };
      log.info({ setting }, "the changed certificate serves from now on");
    } catch (err) {
      if (state !== refused)
        log.error({ err, setting }, "the changed certificate cannot be used; the one before still serves");
      refused = state;
    }
    return known.read;
  };
}
