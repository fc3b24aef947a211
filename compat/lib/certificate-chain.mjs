// Certificates for localhost, signed as those of a real authority are: root, intermediate, leaf. Needs openssl.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FIVE_DAYS_MS = 5 * 86_400_000;
const names = ["good", "expired", "ending", "other"];

/** A time as openssl writes it. */
const written = (time) => `${new Date(time).toISOString().slice(0, 19).replace(/[-T:]/g, "")}Z`;

/** Writes all of it into `folder`; gives their paths, PEM. `ending` is good for five days more. */
export function makeCertificates(folder) {
  let serial = 0;
  const path = (name) => join(folder, name);
  const openssl = (...words) => execFileSync("openssl", words, { cwd: folder, stdio: "ignore" });
  const key = (name) =>
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", `${name}.key`);
  const sign = (name, subject, extensions, by, end = "20991231000000Z") => {
    key(name);
    openssl("req", "-new", "-key", `${name}.key`, "-subj", `/CN=${subject}`, "-out", `${name}.csr`);
    writeFileSync(path(`${name}.cnf`), configuration(extensions));
    writeFileSync(path("index.txt"), "");
    serial += 1;
    writeFileSync(path("serial"), `${1000 + serial}\n`);
    const signer =
      by === name ? ["-selfsign", "-keyfile", `${name}.key`] : ["-cert", `${by}.pem`, "-keyfile", `${by}.key`];
    const dates = ["-startdate", "20200101000000Z", "-enddate", end];
    openssl(
      "ca",
      "-batch",
      "-notext",
      "-config",
      `${name}.cnf`,
      ...signer,
      ...dates,
      "-in",
      `${name}.csr`,
      "-out",
      `${name}.pem`,
    );
  };
  const authority = "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign";
  const server = (host) => `subjectAltName=DNS:${host}\nextendedKeyUsage=serverAuth`;
  sign("root", "Test root", authority, "root");
  sign("middle", "Test intermediate", authority, "root");
  sign("good", "localhost", server("localhost"), "middle");
  sign("expired", "localhost", server("localhost"), "middle", "20240101000000Z");
  sign("ending", "localhost", server("localhost"), "middle", written(Date.now() + FIVE_DAYS_MS));
  sign("other", "other.example", server("other.example"), "middle");
  for (const name of names) {
    writeFileSync(
      path(`${name}-chain.pem`),
      readFileSync(path(`${name}.pem`), "utf8") + readFileSync(path("middle.pem"), "utf8"),
    );
  }
  return {
    names,
    root: path("root.pem"),
    chain: (name) => path(`${name}-chain.pem`),
    leaf: (name) => path(`${name}.pem`),
    key: (name) => path(`${name}.key`),
  };
}

const configuration = (extensions) => `[ca]
default_ca=own
[own]
new_certs_dir=.
database=index.txt
serial=serial
default_md=sha256
policy=any
unique_subject=no
x509_extensions=ext
[any]
commonName=supplied
[ext]
${extensions}
`;
