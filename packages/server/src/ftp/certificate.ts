import { readFileSync, statSync } from "node:fs";
import { createSecureContext, type SecureContext } from "node:tls";
import type { Logger } from "pino";
import { AdminError } from "../admin/command.js";

const read = (certificate: string, key: string): SecureContext =>
  createSecureContext({ cert: readFileSync(certificate), key: readFileSync(key), minVersion: "TLSv1.2" });

/**
 * Certificate and key of two PEM files, read anew when one of them changes; as long as a new pair cannot be used, the one
 * before serves. Throws `AdminError` where the first cannot be used.
 */
export function openCertificate(certificate: string, key: string, log: Logger): () => SecureContext {
  const state = () => [certificate, key].map((file) => `${statSync(file).mtimeMs} ${statSync(file).size}`).join();
  const first = (): { context: SecureContext; state: string } => {
    try {
      return { context: read(certificate, key), state: state() };
    } catch (error) {
      throw new AdminError(`ftp.certificate and ftp.key cannot be used: ${(error as Error).message}`);
    }
  };
  let known = first();
  return () => {
    try {
      const now = state();
      if (now !== known.state) known = { context: read(certificate, key), state: now };
    } catch (err) {
      log.error({ err }, "the changed certificate for FTP cannot be used; the one before still serves");
    }
    return known.context;
  };
}
