// What can be wrong between people and the server: proxies, certificates, clocks.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensure } from "../lib/packages.mjs";
import { freePort, startNginx } from "../lib/proxies.mjs";
import { startProxy } from "../lib/proxy.mjs";
import { startServer } from "../lib/server.mjs";
import { cannotShow, isSound, names } from "./examine.mjs";

/** Ways to be in the way: what it is, what the doctor calls it, the proxy that does it. */
const IN_THE_WAY = [
  ["another site at the public address", "public-other", { refuse: () => 404 }],
  ["a proxy that refuses PROPFIND", "proxy-method", { refuse: ({ method }) => method === "PROPFIND" && 405 }],
  [
    "a firewall that refuses REPORT and MKCALENDAR",
    "proxy-method",
    { refuse: ({ method }) => ["REPORT", "MKCALENDAR"].includes(method) && 501 },
  ],
  ["a proxy that answers OPTIONS itself", "proxy-method", { refuse: ({ method }) => method === "OPTIONS" && 204 }],
  [
    "a firewall that lets nobody remove events",
    "sync-failed",
    { refuse: ({ method, url }) => method === "DELETE" && url.endsWith(".ics") && 403 },
  ],
  [
    "a proxy that removes Destination and Depth",
    "proxy-header",
    { headers: ({ destination: _destination, depth: _depth, ...rest }) => rest },
  ],
  ["a proxy that removes Authorization", "proxy-header", { headers: ({ authorization: _gone, ...rest }) => rest }],
  [
    "a proxy that says nothing of the host",
    "proxy-host",
    { headers: ({ "x-forwarded-host": _gone, ...rest }) => ({ ...rest, host: "127.0.0.1" }) },
  ],
  [
    "a proxy that takes bodies up to 1 MB",
    "proxy-body",
    { refuse: ({ headers }) => Number(headers["content-length"]) > 1_048_576 && 413 },
  ],
  [
    "a proxy that marks ETags",
    "proxy-etag",
    {
      answer: ({ etag, ...rest }) =>
        etag && rest["content-type"]?.includes("calendar")
          ? { ...rest, etag: etag.replace(/"$/, '-gzip"') }
          : { ...rest, ...(etag && { etag }) },
    },
  ],
  [
    "a proxy that rewrites texts",
    "proxy-body-changed",
    { text: (body) => body.replace("SUMMARY:Trial", "SUMMARY:Try") },
  ],
  [
    "a proxy without the well-known address",
    "well-known-missing",
    { refuse: ({ url }) => url.startsWith("/.well-known") && 404 },
  ],
  [
    "a clock that is an hour late",
    "clock-public",
    { answer: (headers) => ({ ...headers, date: new Date(Date.now() - 3_600_000).toUTCString() }) },
  ],
];

export async function onProxies(stage) {
  const front = await freePort();
  const url = `http://localhost:${front}`;
  const env = { KALENDS_PUBLIC_URL: url, KALENDS_TRUST_PROXY: "true" };
  const folder = join(stage.folder, "served");
  mkdirSync(folder);
  const server = await startServer({ port: stage.port, env: { ...env, KALENDS_AUTH_BCRYPT_COST: "4" }, folder });
  const here = { ...stage, folder };
  const behind = async (title, cause, proxy, more = {}) => {
    const started = await startProxy({ port: front, to: stage.port, ...proxy });
    await names(here, title, cause, { ...env, ...more });
    await started.stop();
  };
  try {
    const sound = await startProxy({ port: front, to: stage.port });
    await isSound(here, "a server behind a proxy", env);
    await sound.stop();
    await names(here, "no proxy at the public address", "public-unreachable", env);
    const nowhere = { ...env, KALENDS_PUBLIC_URL: "https://nowhere.invalid" };
    await names(here, "a public host without an address", "name-unknown", nowhere);
    await behind("a proxy that leads nowhere", "proxy-no-server", { to: await freePort() });
    for (const way of IN_THE_WAY) await behind(...way);
    await behind(
      "a proxy that loses its prefix",
      "proxy-prefix",
      { path: (path) => path.replace(/^\/cal(?=\/)/, ""), text: (body) => body.replaceAll(">/cal/", ">/") },
      { KALENDS_PUBLIC_URL: `${url}/cal` },
    );
    await withCertificates(here, env);
    await withoutPublicUrl(stage);
    await behindNginx(stage);
    rmSync(join(folder, "data", "admin.sock"));
    await names(here, "a process that holds the data folder and is not reached", "folder-locked", env);
  } finally {
    await server.stop();
  }
}

/** What the proxy shows: a chain, or a leaf alone. */
const shown = ({ certificates }, name, kind = "chain") => ({
  cert: readFileSync(certificates[kind](name)),
  key: readFileSync(certificates.key(name)),
});

async function withCertificates(stage, env) {
  const shows = async (title, cause, tls, { level, ...more } = {}) => {
    const proxy = await startProxy({ to: stage.port, tls });
    const there = { ...env, KALENDS_PUBLIC_URL: `https://localhost:${proxy.port}`, ...more };
    await names(stage, title, cause, there, { level });
    await proxy.stop();
  };
  await shows("an expired certificate", "certificate-expired", shown(stage, "expired"));
  await shows("a certificate for five days", "certificate-expiring", shown(stage, "ending"), { level: "warning" });
  await shows("a certificate for another host", "certificate-name", shown(stage, "other"));
  await shows("a certificate without its intermediate", "chain-incomplete", shown(stage, "good", "leaf"));
  const alone = { NODE_EXTRA_CA_CERTS: "" };
  await shows("an authority nobody knows", "certificate-untrusted", shown(stage, "good"), alone);
}

/** A server that learns from its proxy alone where it is. */
async function withoutPublicUrl(stage) {
  const port = await freePort();
  const env = { KALENDS_LISTEN: `127.0.0.1:${port}`, KALENDS_TRUST_PROXY: "true", KALENDS_AUTH_BCRYPT_COST: "4" };
  const server = await startServer({ port, env });
  const here = { ...stage, folder: server.folder, port };
  const proxied = async (proxy, work) => {
    const started = await startProxy({ to: port, tls: shown(stage, "good"), ...proxy });
    await work(["--url", `https://localhost:${started.port}`]);
    await started.stop();
  };
  try {
    await proxied({}, (words) => isSound(here, "a server that believes its proxy", env, words));
    const silent = { headers: ({ "x-forwarded-proto": _gone, ...rest }) => rest };
    await proxied(silent, (words) =>
      names(here, "a proxy that does not tell of https", "proxy-scheme", env, { words }),
    );
  } finally {
    await server.stop();
  }
}

/** nginx as `docs/proxy.md` has it, before a server that believes proxies of another network. */
async function behindNginx(stage) {
  if (!ensure("nginx", "nginx-light")) return cannotShow(stage, ["proxy-untrusted"], "nginx cannot be installed");
  const [front, port] = [await freePort(), await freePort()];
  const { certificates } = stage;
  const nginx = await startNginx(
    stage.folder,
    front,
    `server {
    listen 127.0.0.1:${front} ssl; server_name localhost;
    ssl_certificate ${certificates.chain("good")}; ssl_certificate_key ${certificates.key("good")};
    client_max_body_size 64m;
    location / {
      proxy_pass http://127.0.0.1:${port};
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }`,
  );
  const env = {
    KALENDS_LISTEN: `127.0.0.1:${port}`,
    KALENDS_PUBLIC_URL: `https://localhost:${front}`,
    KALENDS_TRUST_PROXY: "10.0.0.0/8",
    KALENDS_AUTH_BCRYPT_COST: "4",
  };
  const server = await startServer({ port, env });
  const here = { ...stage, folder: server.folder, port };
  try {
    await names(here, "nginx at another address than trustProxy names", "proxy-untrusted", env, { level: "warning" });
  } finally {
    await server.stop();
    await nginx.stop();
  }
}
