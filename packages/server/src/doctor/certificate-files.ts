import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { rootCertificates } from "node:tls";
import type { Config } from "../config/schema.js";
import type { Check, Found } from "./check.js";

export interface CertificateFiles {
  /** The setting they belong to, for example `ftp`. */
  readonly of: string;
  readonly certificate: string;
  readonly key: string;
}

/** The pairs of certificate and key that the settings name. */
export function certificateFiles(config: Config): readonly CertificateFiles[] {
  return Object.entries(config).flatMap(([of, group]) => {
    if (typeof group !== "object" || group === null) return [];
    const { certificate, key } = group as { readonly certificate?: unknown; readonly key?: unknown };
    return typeof certificate === "string" && typeof key === "string" ? [{ of, certificate, key }] : [];
  });
}

const DAY = 86_400_000;
export const SOON_MS = 14 * DAY;

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Whether what stands in the file, or what everybody has, leads from this certificate to its end. */
function isWhole(chain: readonly X509Certificate[]): boolean {
  const [leaf, ...above] = chain;
  if (!leaf || leaf.checkIssued(leaf)) return true;
  const last = above.reduce((at, next) => (at.checkIssued(next) ? next : at), leaf);
  return last.checkIssued(last) || last !== leaf || roots().some((root) => leaf.checkIssued(root));
}

const roots = (): readonly X509Certificate[] => rootCertificates.map((text) => new X509Certificate(text));

function lookAt(files: CertificateFiles, host: string | null, now: number): readonly Found[] {
  const detail = (text: string) => `${files.of}.certificate ${files.certificate}: ${text}`;
  let chain: readonly X509Certificate[];
  let isPair: boolean;
  try {
    chain = (readFileSync(files.certificate, "utf8").match(PEM) ?? []).map((text) => new X509Certificate(text));
    const [first] = chain;
    if (!first) throw new Error("no certificate stands in it");
    isPair = first.checkPrivateKey(createPrivateKey(readFileSync(files.key)));
  } catch (error) {
    return [{ cause: "certificate-unreadable", detail: `${files.of}: ${(error as Error).message}` }];
  }
  const [leaf] = chain;
  if (!leaf) return [];
  const ends = Date.parse(leaf.validTo);
  const found: Found[] = [];
  if (!isPair) found.push({ cause: "key-mismatch", detail: `${files.of}.key ${files.key}` });
  if (ends < now) found.push({ cause: "certificate-expired", detail: detail(`until ${leaf.validTo}`) });
  else if (ends < now + SOON_MS) found.push({ cause: "certificate-expiring", detail: detail(`until ${leaf.validTo}`) });
  if (!isWhole(chain)) found.push({ cause: "chain-incomplete", detail: detail(`issued by ${nameOf(leaf.issuer)}`) });
  if (files.of === "tls" && host !== null && !isFor(leaf, host)) {
    found.push({ cause: "certificate-name", detail: detail(`${leaf.subjectAltName ?? leaf.subject}, not ${host}`) });
  }
  return found;
}

const isFor = (leaf: X509Certificate, host: string): boolean =>
  (isIP(host) === 0 ? leaf.checkHost(host) : leaf.checkIP(host)) !== undefined;

/** A distinguished name on one line. */
export const nameOf = (distinguished: string): string => distinguished.replaceAll("\n", ", ");

/** The certificates that this server shows itself. */
export const certificatesCheck: Check = {
  name: "certificates",
  about: "certificate and key files",
  needs: [],
  async run({ config, base, isPublic, now }) {
    const all = certificateFiles(config);
    if (all.length === 0) return { skipped: "the settings name none" };
    const host = isPublic ? new URL(base).hostname.replace(/^\[|\]$/g, "") : null;
    return { found: all.flatMap((files) => lookAt(files, host, now())), note: all.map(({ of }) => of).join(", ") };
  },
};
