// A directory server of its own: OpenLDAP's slapd on free ports, with a certificate of a private authority.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./checks.mjs";

const text = "1.3.6.1.4.1.1466.115.121.1.15";
const adSchema = `
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch
  SYNTAX ${text} SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.656 NAME 'userPrincipalName' EQUALITY caseIgnoreMatch SYNTAX ${text} SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.2.210 NAME 'proxyAddresses' EQUALITY caseIgnoreMatch SYNTAX ${text} )
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9 NAME 'adUser' SUP top AUXILIARY
  MAY ( sAMAccountName $ userPrincipalName $ proxyAddresses $ userAccountControl ) )
`;

const configuration = (folder, suffix) => `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
${adSchema}
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/slapd.pid
TLSCACertificateFile ${folder}/ca.pem
TLSCertificateFile ${folder}/server.pem
TLSCertificateKeyFile ${folder}/server.key
# Passwords are only taken over an encrypted connection.
security simple_bind=112
database mdb
suffix "${suffix}"
rootdn "cn=admin,${suffix}"
rootpw admin-secret
directory ${folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=searcher,${suffix}" read by * none
`;

function makeCertificates(folder) {
  const openssl = (...words) => execFileSync("openssl", words, { cwd: folder, stdio: "ignore" });
  const key = ["-newkey", "rsa:2048", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-days",
    "2",
    "-subj",
    "/CN=Private Authority",
  );
  openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
  writeFileSync(join(folder, "names.cnf"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "server.pem", "-days", "2"];
  openssl("x509", "-req", "-in", "server.csr", ...signed, "-extfile", "names.cnf");
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

/** A running slapd that holds these entries (LDIF); it can be stopped, and started again where it was. */
export async function startSlapd(suffix, ldif) {
  const folder = mkdtempSync(join(tmpdir(), "kalends-slapd-"));
  mkdirSync(join(folder, "data"));
  makeCertificates(folder);
  const conf = join(folder, "slapd.conf");
  writeFileSync(conf, configuration(folder, suffix));
  writeFileSync(join(folder, "entries.ldif"), ldif);
  execFileSync("/usr/sbin/slapadd", ["-f", conf, "-l", join(folder, "entries.ldif")], { stdio: "pipe" });
  const [plain, secure] = [await freePort(), await freePort()];
  const listeners = `ldap://127.0.0.1:${plain} ldaps://127.0.0.1:${secure}`;
  let child;

  async function start() {
    child = spawn("/usr/sbin/slapd", ["-f", conf, "-h", listeners, "-d", "0"], { stdio: "ignore" });
    if (!(await until(() => answers(plain), 10_000, 50))) throw new Error("slapd does not answer");
  }
  async function stop() {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }
  await start();
  return {
    plain: `ldap://localhost:${plain}`,
    secure: `ldaps://localhost:${secure}`,
    ca: join(folder, "ca.pem"),
    start,
    stop,
    /** Changes entries as the administrator of the directory, over TLS. */
    modify(changes) {
      execFileSync(
        "ldapmodify",
        ["-H", `ldaps://127.0.0.1:${secure}`, "-D", `cn=admin,${suffix}`, "-w", "admin-secret"],
        {
          input: changes,
          stdio: "pipe",
          env: { ...process.env, LDAPTLS_CACERT: join(folder, "ca.pem"), LDAPTLS_REQCERT: "allow" },
        },
      );
    },
    async remove() {
      if (child.exitCode === null && child.signalCode === null) await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
