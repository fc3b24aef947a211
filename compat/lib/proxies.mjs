// Real proxies, each as a process of its own with its own settings in a folder of its own.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { until } from "./checks.mjs";

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const listens = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket.destroy() && true));
    socket.once("error", () => resolve(false));
  });

async function started(command, words, port) {
  const child = spawn(command, words, { stdio: ["ignore", "pipe", "pipe"] });
  let told = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (told += data));
  if (!(await until(() => listens(port), 10_000, 50))) throw new Error(`${command} does not listen: ${told}`);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return { stop };
}

/** nginx with the `server` block given; everything it writes stays in `folder`. */
export function startNginx(folder, port, block) {
  const own = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const text = `daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx-error.log warn;
${process.getuid?.() === 0 ? "user root;" : ""}
worker_processes 1;
events { worker_connections 512; }
http {
  access_log ${folder}/nginx-access.log;
${own.map((name) => `  ${name}_temp_path ${folder}/${name};`).join("\n")}
${block}
}
`;
  const path = join(folder, `nginx-${port}.conf`);
  writeFileSync(path, text);
  return started("nginx", ["-p", folder, "-c", path], port);
}

/** Caddy with the site given. */
export function startCaddy(folder, port, site) {
  const path = join(folder, `Caddyfile-${port}`);
  writeFileSync(path, `{\n\tadmin off\n\tauto_https off\n\tstorage file_system ${folder}/caddy\n}\n${site}\n`);
  return started("caddy", ["run", "--config", path, "--adapter", "caddyfile"], port);
}

const MODULES = "/usr/lib/apache2/modules";

/** Apache httpd with the virtual host given. */
export function startApache(folder, port, host) {
  const modules = ["mpm_event", "authz_core", "proxy", "proxy_http", "headers", "ssl", "rewrite", "socache_shmcb"];
  const text = `ServerRoot ${folder}
ServerName localhost
PidFile ${folder}/apache-${port}.pid
ErrorLog ${folder}/apache-error.log
${modules.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join("\n")}
User nobody
Group nogroup
Listen 127.0.0.1:${port}
${host}
`;
  const path = join(folder, `apache-${port}.conf`);
  writeFileSync(path, text);
  return started("apache2", ["-X", "-f", path], port);
}
