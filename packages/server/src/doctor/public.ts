import { connect, type PeerCertificate, type TLSSocket } from "node:tls";
import { isIP } from "node:net";
import { type Answer, ask, codeOf } from "./ask.js";
import type { CauseId } from "./causes.js";
import { SOON_MS } from "./certificate-files.js";
import { type Check, fine, one, skip, type Verdict } from "./check.js";

interface Shown {
  readonly certificate: PeerCertificate;
  /** What is wrong with it, as the TLS library says; null = nothing. */
  readonly error: string | null;
}

const PATIENCE_MS = 10_000;

/** The certificate that is shown at an address, whether it is good or not. */
function shownAt(url: URL): Promise<Shown> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    const options = { host, port: Number(url.port || 443), ...(isIP(host) === 0 ? { servername: host } : {}) };
    const socket: TLSSocket = connect({ ...options, rejectUnauthorized: false, timeout: PATIENCE_MS }, () => {
      const error = socket.authorizationError as unknown;
      const code = error instanceof Error ? codeOf(error) : error ? String(error) : null;
      resolve({ certificate: socket.getPeerCertificate(), error: code });
      socket.destroy();
    });
    socket.once("timeout", () => socket.destroy(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" })));
    socket.once("error", reject);
  });
}

const FAULTS: Readonly<Record<string, CauseId>> = {
  CERT_HAS_EXPIRED: "certificate-expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "certificate-name",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "chain-incomplete",
};

/** What everybody's TLS library thinks of the certificate at the public address. */
export const tlsCheck: Check = {
  name: "tls",
  about: "the certificate at the public address",
  needs: ["names"],
  async run({ base, now }) {
    const url = new URL(base);
    if (url.protocol !== "https:") return skip("the public address is not https");
    try {
      const { certificate, error } = await shownAt(url);
      const detail = `${url.host}: until ${certificate.valid_to}`;
      if (error !== null) return one(FAULTS[error] ?? "certificate-untrusted", `${detail}, ${error}`);
      return Date.parse(certificate.valid_to) < now() + SOON_MS ? one("certificate-expiring", detail) : fine(detail);
    } catch (error) {
      return one("public-unreachable", `${base}: ${codeOf(error)}`);
    }
  },
};

const APART_MS = 60_000;

/** That this server, and nobody else, answers at the public address. */
export const publicCheck: Check = {
  name: "public",
  about: "who answers at the public address",
  needs: ["names", "tls"],
  async run({ base, isPublic, now }) {
    const answer = await ask(`${base}/healthz`).catch((error: unknown) => codeOf(error));
    if (typeof answer === "string") {
      return !isPublic ? skip("no server runs") : one("public-unreachable", `${base}: ${answer}`);
    }
    const { status, body, headers } = answer;
    if ([502, 503, 504].includes(status) && !isOurs(answer))
      return one("proxy-no-server", `${base}/healthz: status ${status}`);
    if (status !== 200 || body !== "ok\n") return one("public-other", `${base}/healthz: status ${status}`);
    const apart = headers.date === undefined ? 0 : Math.round((Date.parse(headers.date) - now()) / 1000);
    if (Math.abs(apart) * 1000 > APART_MS)
      return one("clock-public", `Date is ${Math.abs(apart)} s ${apart < 0 ? "behind" : "ahead"}`);
    return fine(base);
  },
};

/** An answer of this program bears the request's name. */
const isOurs = ({ headers }: Answer): boolean => headers["x-request-id"] !== undefined;

/** RFC 6764 5: programs that know the host alone begin here. */
export const wellKnownCheck: Check = {
  name: "well-known",
  about: "/.well-known/caldav at the public host",
  needs: ["public", "tls", "names"],
  async run({ base }) {
    const url = `${new URL(base).origin}/.well-known/caldav`;
    const answer = await ask(url).catch((error: unknown) => codeOf(error));
    if (typeof answer === "string") return skip(answer);
    const { status, headers } = answer;
    const isRedirect = [301, 302, 303, 307, 308].includes(status);
    const target = isRedirect ? new URL(headers.location ?? "", url).href.replace(/\/+$/, "") : "";
    if (isRedirect && `${target}/`.startsWith(`${base}/`)) return fine(`leads to ${target}/`);
    return one(
      "well-known-missing",
      isRedirect ? `${url} leads to ${target}/, not ${base}/` : `${url}: status ${status}`,
    );
  },
};

const METHODS = [
  "OPTIONS",
  "GET",
  "HEAD",
  "PUT",
  "DELETE",
  "POST",
  "PROPFIND",
  "PROPPATCH",
  "REPORT",
  "MKCALENDAR",
  "MKCOL",
].concat("MOVE", "COPY", "LOCK", "UNLOCK", "ACL");

/** Without a password our server asks for one, or tells what it can (OPTIONS); whoever answers otherwise stands in the way. */
async function passes(method: string, base: string): Promise<string | null> {
  const answer = await ask(`${base}/CalDAV/`, { method, headers: { Depth: "0" } }).catch((error: unknown) =>
    codeOf(error),
  );
  if (typeof answer === "string") return `${method} (${answer})`;
  const challenge = String(answer.headers["www-authenticate"] ?? "");
  const isAsked = answer.status === 401 && challenge.includes('realm="Kalends"');
  const isTold = method === "OPTIONS" && String(answer.headers["dav"] ?? "").includes("calendar-access");
  return isAsked || isTold ? null : `${method} (status ${answer.status})`;
}

/** That every method of CalDAV gets through. */
export const methodsCheck: Check = {
  name: "methods",
  about: "the methods of CalDAV through the proxy",
  needs: ["public", "tls", "names"],
  async run(scene) {
    if (!(await isThere(scene.base))) return skip("no server runs");
    const stopped = (await Promise.all(METHODS.map((method) => passes(method, scene.base)))).filter(
      (each) => each !== null,
    );
    return stopped.length > 0 ? one("proxy-method", stopped.join(", ")) : fine(`${METHODS.length} methods`);
  },
};

export const isThere = async (base: string): Promise<boolean> =>
  ask(`${base}/healthz`).then(
    ({ status }) => status === 200,
    () => false,
  );

const BRIEF_MS = 3_000;

/** A body that is only declared: whoever minds its length refuses it, our server asks for a password. */
async function refusesLength(base: string, octets: number): Promise<Answer | null> {
  const question = {
    method: "PUT",
    declared: octets,
    timeoutMs: BRIEF_MS,
    headers: { "Content-Type": "text/calendar" },
  };
  const answer = await ask(`${base}/CalendarData/doctor.ics`, question).catch(() => null);
  return answer !== null && answer.status === 413 ? answer : null;
}

/** That large bodies get through. */
export const bodiesCheck: Check = {
  name: "bodies",
  about: "large bodies through the proxy",
  needs: ["public", "tls", "names"],
  async run({ base, config: { limits } }): Promise<Verdict> {
    if (!(await isThere(base))) return skip("no server runs");
    for (const octets of [limits.objectSize, limits.wholeFileSize]) {
      if (await refusesLength(base, octets)) return one("proxy-body", `${octets} octets are refused with status 413`);
    }
    return fine(`up to ${Math.round(limits.wholeFileSize / 1024 / 1024)} MiB`);
  },
};
