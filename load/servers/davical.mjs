// DAViCal (Debian: davical, apache2, php-fpm with pgsql, xml, curl and opcache): Apache in front of PHP, a PostgreSQL of its
// own. It looks for its settings in /etc/davical: one file is written there and removed at the end.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BENCH, names, PASSWORD } from "./accounts.mjs";
import { programs, startCluster } from "./cluster.mjs";
import { listening, run, start, until } from "./programs.mjs";

const SITE = "davical-load";
const SETTINGS = `/etc/davical/${SITE}-conf.php`;
const APACHE = "/usr/lib/apache2/modules";
const MODULES = [
  "mpm_event",
  "authz_core",
  "alias",
  "dir",
  "mime",
  "headers",
  "setenvif",
  "rewrite",
  "proxy",
  "proxy_fcgi",
];

const phpVersion = () =>
  existsSync("/etc/php")
    ? readdirSync("/etc/php").find((version) => existsSync(`/usr/sbin/php-fpm${version}`))
    : undefined;

const settings = (sockets) => `<?php
$c->pg_connect[] = "dbname=davical user=davical_app host=${sockets} port=5432";
$c->use_persistent = true;
$c->readonly_webdav_collections = false;
$c->admin_email = 'admin@load.example';
$c->default_locale = 'en';
`;

const pool = (folder) => `
[global]
error_log = ${folder}/log/fpm
pid = ${folder}/run/fpm.pid
[www]
user = www-data
group = www-data
listen = ${folder}/run/fpm.sock
listen.owner = www-data
listen.mode = 0666
pm = static
pm.max_children = 8
php_admin_value[memory_limit] = 1024M
php_admin_value[max_execution_time] = 900
php_admin_value[include_path] = /usr/share/davical/inc:/usr/share/awl/inc:/usr/share/php
php_admin_value[post_max_size] = 100M
`;

const site = (folder, port) => `
ServerRoot ${folder}
ServerName ${SITE}
UseCanonicalName On
PidFile ${folder}/run/apache.pid
ErrorLog ${folder}/log/apache
Listen 127.0.0.1:${port}
User www-data
Group www-data
${MODULES.map((name) => `LoadModule ${name}_module ${APACHE}/mod_${name}.so`).join("\n")}
TypesConfig /etc/mime.types
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
Timeout 900
ProxyTimeout 900
SetEnvIfNoCase ^Authorization$ "(.+)" HTTP_AUTHORIZATION=$1
Include /etc/apache2/sites-available/davical.conf
<Directory /usr/share/davical/htdocs>
  AcceptPathInfo On
</Directory>
<FilesMatch "\\.php$">
  SetHandler "proxy:unix:${folder}/run/fpm.sock|fcgi://localhost"
</FilesMatch>
`;

const person = (user) => `
insert into usr (active, email_ok, updated, username, password, fullname, email)
  values (true, current_date, current_date, '${user}', '**${PASSWORD}', '${user}', '${user}@load.example');
insert into principal (type_id, user_no, displayname, default_privileges)
  select 1, user_no, fullname, 0::bit(24) from usr where username = '${user}';
`;

function prepareDatabase(cluster, folder, users) {
  const marker = join(folder, `accounts-${users}`);
  const first = join(folder, "accounts-0");
  if (existsSync(marker)) return;
  const made = existsSync(first);
  if (!made) {
    const script = "cd / && /usr/share/davical/dba/create-database.sh davical";
    const env = { ...process.env, PGHOST: cluster.sockets, PGPORT: "5432" };
    run("su", ["postgres", "-p", "-s", "/bin/bash", "-c", `${script} ${PASSWORD}`], { env });
  }
  const wanted = made ? names(users).slice(1) : names(users);
  cluster.query(`begin;${wanted.map(person).join("")}commit;`, "davical", "davical_dba");
  for (const path of [marker, first]) writeFileSync(path, "");
}

async function startDavical({ folder, port, users }) {
  for (const name of ["run", "log"]) mkdirSync(join(folder, name), { recursive: true });
  const cluster = await startCluster(folder);
  run("chmod", ["777", join(folder, "run")]);
  prepareDatabase(cluster, folder, users);
  writeFileSync(SETTINGS, settings(cluster.sockets));
  writeFileSync(join(folder, "fpm.conf"), pool(folder));
  writeFileSync(join(folder, "apache.conf"), site(folder, port));
  const version = phpVersion();
  const words = ["-F", "-y", join(folder, "fpm.conf"), "-c", `/etc/php/${version}/fpm/php.ini`];
  const php = start(`/usr/sbin/php-fpm${version}`, words, { log: join(folder, "log/php") });
  await until(() => existsSync(join(folder, "run/fpm.sock")), "PHP");
  const apache = start("/usr/sbin/apache2", ["-f", join(folder, "apache.conf"), "-D", "FOREGROUND"], {
    log: join(folder, "log/apache-out"),
  });
  await listening(port, apache);
  return {
    base: `http://127.0.0.1:${port}`,
    account: BENCH,
    homeOf: (user) => `/davical/caldav.php/${user}/`,
    wholeFile: { creates: false, address: (calendar) => calendar },
    pids: () => [apache.pid, php.pid, cluster.pid],
    async stop() {
      await apache.stop();
      await php.stop();
      await cluster.stop();
      rmSync(SETTINGS, { force: true });
    },
  };
}

export const davical = {
  name: "davical",
  ports: 1,
  absent() {
    if (!existsSync("/usr/share/davical/htdocs") || !existsSync("/usr/sbin/apache2")) return "davical is not installed";
    if (phpVersion() === undefined || !programs()) return "php-fpm or PostgreSQL is not installed";
    return process.getuid?.() === 0 ? null : "it has to be started by root";
  },
  start: startDavical,
};
