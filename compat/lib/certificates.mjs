// A certificate authority of its own, and certificates of it for names of this machine; made with openssl.
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";

const openssl = (...words) => execFileSync("openssl", words, { stdio: ["ignore", "pipe", "pipe"] });

/** Files in `folder`: `ca.pem`; `issue(name)` gives the paths of `name.pem` and `name.key`, for localhost and 127.0.0.1. */
export function authorityIn(folder) {
  const ca = join(folder, "ca.pem");
  const caKey = join(folder, "ca.key");
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...ec, "-days", "2", "-subj", "/CN=Test authority", "-keyout", caKey, "-out", ca);
  const issue = (name, days = 2) => {
    const [certificate, key, request, extensions] = ["pem", "key", "csr", "ext"].map((end) =>
      join(folder, `${name}.${end}`),
    );
    writeFileSync(extensions, "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n");
    openssl("req", ...ec, "-subj", `/CN=${name}`, "-keyout", key, "-out", request);
    const by = ["-CA", ca, "-CAkey", caKey, "-CAcreateserial"];
    openssl("x509", "-req", "-in", request, ...by, "-days", String(days), "-extfile", extensions, "-out", certificate);
    return { certificate, key };
  };
  const pem = readFileSync(ca, "utf8");
  return { ca, pem, base64: pem.replace(/-----[^-]+-----|\s/g, ""), issue };
}

/** A pair of files that a server is given, and `install`, which puts another pair in their place as certbot does: key first. */
export function liveIn(folder) {
  const live = { certificate: join(folder, "live.pem"), key: join(folder, "live.key") };
  const install = ({ certificate, key }) => {
    for (const [from, to] of [
      [key, live.key],
      [certificate, live.certificate],
    ]) {
      copyFileSync(from, `${to}.new`);
      renameSync(`${to}.new`, to);
    }
  };
  return { ...live, install };
}

/** The name on the certificate that a new connection is shown. */
export const served = (port) =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.once("error", reject);
  });
