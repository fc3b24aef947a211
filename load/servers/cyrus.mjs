// Cyrus IMAP with its CalDAV module (Debian: cyrus-imapd, cyrus-caldav, sasl2-bin); the settings are the package's but for
// folders, ports, a password file and four processes that wait. It makes a mailbox of each account over IMAP.
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { BENCH, names, PASSWORD } from "./accounts.mjs";
import { found, listening, run, start } from "./programs.mjs";

const PROGRAMS = "/usr/lib/cyrus/bin";
const MASTER = ["/usr/sbin/cyrmaster", "/usr/lib/cyrus/bin/master"];

const settings = (folder) => `
configdirectory: ${folder}/conf
proc_path: ${folder}/run/proc
mboxname_lockpath: ${folder}/run/lock
defaultpartition: default
partition-default: ${folder}/spool
sievedir: ${folder}/sieve
altnamespace: no
unixhierarchysep: no
umask: 077
hashimapspool: true
httpmodules: caldav
httpallowcompress: yes
admins: admin
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: ${folder}/sasldb2
sasl_mech_list: PLAIN LOGIN
servername: localhost
lmtpsocket: ${folder}/run/socket/lmtp
idlesocket: ${folder}/run/socket/idle
notifysocket: ${folder}/run/socket/notify
syslog_prefix: cyrus-load
`;

const services = (folder, port) => `
START {
  recover cmd="${PROGRAMS}/ctl_cyrusdb -C ${folder}/imapd.conf -r"
}
SERVICES {
  http cmd="${PROGRAMS}/httpd -C ${folder}/imapd.conf -U 30" listen="127.0.0.1:${port}" prefork=4 maxchild=100
  imap cmd="${PROGRAMS}/imapd -C ${folder}/imapd.conf -U 30" listen="127.0.0.1:${port + 1}" prefork=0 maxchild=10
}
EVENTS {
  checkpoint cmd="${PROGRAMS}/ctl_cyrusdb -C ${folder}/imapd.conf -c" period=30
}
`;

/** Makes mailboxes as the administrator: a few lines of IMAP. */
async function makeMailboxes(port, users) {
  const socket = connect(port, "127.0.0.1");
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const tagged = async (tag, line) => {
    socket.write(`${tag} ${line}\r\n`);
    for (let answer = await lines.next(); !answer.done; answer = await lines.next()) {
      if (!answer.value.startsWith(`${tag} `)) continue;
      if (!answer.value.startsWith(`${tag} OK`)) throw new Error(`IMAP ${line.split(" ")[0]}: ${answer.value}`);
      return;
    }
    throw new Error("IMAP: the connection ended");
  };
  await tagged("a", `LOGIN admin ${PASSWORD}`);
  for (const user of users) await tagged("b", `CREATE user.${user}`);
  await tagged("c", "LOGOUT");
  socket.destroy();
}

async function startCyrus({ folder, port, users }) {
  for (const name of ["conf", "spool", "run/proc", "run/lock", "run/socket", "sieve"]) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  writeFileSync(join(folder, "imapd.conf"), settings(folder));
  writeFileSync(join(folder, "cyrus.conf"), services(folder, port));
  const marker = join(folder, `accounts-${users}`);
  const made = existsSync(join(folder, "accounts-0"));
  const wanted = existsSync(marker) ? [] : made ? names(users).slice(1) : names(users);
  const passwords = join(folder, "sasldb2");
  for (const user of wanted.length > 0 && !made ? ["admin", ...wanted] : wanted) {
    run("/usr/sbin/saslpasswd2", ["-f", passwords, "-p", "-c", "-u", "localhost", user], { input: PASSWORD });
  }
  run("chown", ["-R", "cyrus:mail", folder]);
  chmodSync(folder, 0o755);
  const words = [
    "-C",
    join(folder, "imapd.conf"),
    "-M",
    join(folder, "cyrus.conf"),
    "-p",
    join(folder, "run/master.pid"),
  ];
  const master = start(found(...MASTER), words, { log: join(folder, "log") });
  await listening(port, master);
  if (wanted.length > 0) {
    await listening(port + 1, master);
    await makeMailboxes(port + 1, wanted);
    for (const path of [marker, join(folder, "accounts-0")]) writeFileSync(path, "");
  }
  return {
    base: `http://127.0.0.1:${port}`,
    account: BENCH,
    homeOf: (user) => `/dav/calendars/user/${user}/`,
    pids: () => [master.pid],
    stop: () => master.stop(),
  };
}

export const cyrus = {
  name: "cyrus",
  ports: 2,
  absent() {
    if (!existsSync(`${PROGRAMS}/httpd`) || !found(...MASTER)) return "cyrus-caldav is not installed";
    if (!existsSync("/usr/sbin/saslpasswd2")) return "sasl2-bin is not installed";
    return process.getuid?.() === 0 ? null : "it has to be started by root";
  },
  start: startCyrus,
};
