// Behind real proxies with TLS: nginx with a path prefix that it takes away or leaves, Caddy, Apache. Discovery from the bare
// host, addresses, Destination, If, Location, redirects, the clients' sequences, Thunderbird; and the server's own TLS.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTls } from "node:tls";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run as davx5 } from "./davx5.mjs";
import { applePlays } from "./lib/apple.mjs";
import { authorityIn, liveIn, served } from "./lib/certificates.mjs";
import { until } from "./lib/checks.mjs";
import { http, ICS, trusted, XML } from "./lib/http.mjs";
import { at, event } from "./lib/ics.mjs";
import { elements, hrefs, text } from "./lib/multistatus.mjs";
import { ensure } from "./lib/packages.mjs";
import { freePort, startApache, startCaddy, startNginx } from "./lib/proxies.mjs";
import { startServer } from "./lib/server.mjs";
import { run as thunderbird } from "./thunderbird.mjs";

export const startsItsOwn = true;

export async function run(_server, checks) {
  const folder = mkdtempSync(join(tmpdir(), "kalends-proxy-"));
  const authority = authorityIn(folder);
  trusted.ca = authority.pem;
  const scene = { folder, authority, pair: authority.issue("proxy"), checks };
  try {
    await ownTls(scene);
    if (!ensure("nginx", "nginx-light")) return checks.skip("everything behind nginx", "nginx cannot be installed");
    await behindNginx(scene);
    if (ensure("caddy")) await behindCaddy(scene);
    else checks.skip("behind Caddy", "Caddy cannot be installed");
    if (ensure("apache2")) await behindApache(scene);
    else checks.skip("behind Apache", "Apache cannot be installed");
  } finally {
    trusted.ca = undefined;
    rmSync(folder, { recursive: true, force: true });
  }
}

const tlsOf = ({ pair }) => `ssl_certificate ${pair.certificate}; ssl_certificate_key ${pair.key};`;

const SAID = `proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-Host $http_host;`;
const KEPT = `proxy_http_version 1.1; proxy_set_header Connection ""; client_max_body_size 64m; proxy_request_buffering off; proxy_buffering off;`;

/** Each way to put nginx in front: what it is, the settings of the server, the locations, the prefix. */
const NGINX = [
  {
    what: "nginx, prefix left in place, X-Forwarded-Prefix",
    mount: "/dav",
    env: { KALENDS_TRUST_PROXY: "loopback" },
    locations: (app) => `
      location /dav/ { proxy_pass ${app}; ${SAID} proxy_set_header X-Forwarded-Prefix /dav; }
      location = /.well-known/caldav { proxy_pass ${app}; ${SAID} proxy_set_header X-Forwarded-Prefix /dav; }`,
    full: true,
  },
  {
    what: "nginx, prefix taken away, X-Forwarded-Prefix",
    mount: "/dav",
    env: { KALENDS_TRUST_PROXY: "loopback" },
    locations: (app) => `
      location /dav/ { proxy_pass ${app}/; ${SAID} proxy_set_header X-Forwarded-Prefix /dav; }
      location = /.well-known/caldav { proxy_pass ${app}; ${SAID} proxy_set_header X-Forwarded-Prefix /dav; }`,
    decodes: true,
  },
  {
    what: "nginx, prefix taken away, publicUrl",
    mount: "/apps/calendar",
    env: (origin) => ({ KALENDS_PUBLIC_URL: `${origin}/apps/calendar` }),
    locations: (app) => `
      location /apps/calendar/ { proxy_pass ${app}/; ${SAID} }
      location = /.well-known/caldav { proxy_pass ${app}; ${SAID} }`,
    decodes: true,
  },
  {
    what: "nginx, prefix left in place, publicUrl",
    mount: "/dav",
    env: (origin) => ({ KALENDS_PUBLIC_URL: `${origin}/dav/`, KALENDS_TRUST_PROXY: "127.0.0.1" }),
    locations: (app) => `
      location /dav/ { proxy_pass ${app}; ${SAID} }
      location = /.well-known/caldav { proxy_pass ${app}; ${SAID} }`,
  },
  {
    what: "nginx, Forwarded (RFC 7239), no prefix",
    mount: "",
    env: { KALENDS_TRUST_PROXY: "loopback", KALENDS_PROXY_HEADER: "forwarded" },
    locations: (app) => `
      location / { proxy_pass ${app}; proxy_set_header Forwarded 'for=$remote_addr;proto=$scheme;host="$http_host"'; }`,
  },
  {
    what: "nginx, Host of its own, X-Forwarded-Host without port and X-Forwarded-Port",
    mount: "",
    env: { KALENDS_TRUST_PROXY: "loopback" },
    locations: (app) => `
      location / { proxy_pass ${app}; proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Forwarded-Host $host; proxy_set_header X-Forwarded-Port $server_port; proxy_set_header X-Forwarded-For $remote_addr; }`,
  },
];

/** A server on a port that is known beforehand, since it tells its public address alone. */
async function behind(env) {
  const port = await freePort();
  return { ...(await startServer({ port, env })), inner: `http://127.0.0.1:${port}` };
}

async function behindNginx(scene) {
  for (const { what, mount, env, locations, full, decodes } of NGINX) {
    const port = await freePort();
    const origin = `https://localhost:${port}`;
    const server = await behind(typeof env === "function" ? env(origin) : env);
    const block = `server { listen 127.0.0.1:${port} ssl; server_name localhost; ${tlsOf(scene)} ${KEPT} ${locations(server.inner)} }`;
    const nginx = await startNginx(scene.folder, port, block);
    try {
      const there = { ...server, base: origin + mount, origin, mount, what, decodes };
      await addresses(there, scene);
      if (full) await clients(there, scene);
    } finally {
      await nginx.stop();
      await server.stop();
    }
  }
}

async function behindCaddy(scene) {
  const port = await freePort();
  const origin = `https://localhost:${port}`;
  const server = await behind({ KALENDS_TRUST_PROXY: "loopback" });
  const { certificate, key } = scene.pair;
  const app = new URL(server.inner).host;
  const site = `${origin} {
	tls ${certificate} ${key}
	redir /dav /dav/
	handle_path /dav/* {
		reverse_proxy ${app} {
			header_up X-Forwarded-Prefix /dav
		}
	}
	handle /.well-known/caldav {
		reverse_proxy ${app} {
			header_up X-Forwarded-Prefix /dav
		}
	}
}`;
  const caddy = await startCaddy(scene.folder, port, site);
  try {
    await addresses(
      { ...server, base: `${origin}/dav`, origin, mount: "/dav", what: "Caddy, prefix taken away" },
      scene,
    );
  } finally {
    await caddy.stop();
    await server.stop();
  }
}

async function behindApache(scene) {
  const port = await freePort();
  const origin = `https://localhost:${port}`;
  const server = await behind({ KALENDS_TRUST_PROXY: "loopback" });
  const { certificate, key } = scene.pair;
  const host = `<VirtualHost 127.0.0.1:${port}>
  SSLEngine on
  SSLCertificateFile ${certificate}
  SSLCertificateKeyFile ${key}
  AllowEncodedSlashes NoDecode
  ProxyPreserveHost On
  RequestHeader unset X-Forwarded-For
  RequestHeader unset X-Forwarded-Host
  RequestHeader set X-Forwarded-Proto https
  RequestHeader set X-Forwarded-Prefix /dav
  ProxyPass /dav/ ${server.inner}/ nocanon
  ProxyPass /.well-known/caldav ${server.inner}/.well-known/caldav
</VirtualHost>`;
  const apache = await startApache(scene.folder, port, host);
  try {
    await addresses(
      { ...server, base: `${origin}/dav`, origin, mount: "/dav", what: "Apache, prefix taken away" },
      scene,
    );
  } finally {
    await apache.stop();
    await server.stop();
  }
}

const asking = (...names) =>
  `<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop>${names.map((name) => `<${name}/>`).join("")}</D:prop></D:propfind>`;

/** Every place in which the server tells or reads an address. */
async function addresses(server, { checks }) {
  const { base, origin, mount, what, decodes } = server;
  const account = server.account("ann");
  const say = (words, held, detail) => checks.ok(`${what}: ${words}`, held, detail);
  const send = (method, url, headers = {}, body = undefined) =>
    http(method, new URL(url, origin).href, { ...account, headers, body });
  const home = `${mount}/CalDAV/~ann/`;
  const here = `${home}Calendar/`;

  const known = await http("PROPFIND", `${origin}/.well-known/caldav`);
  say(
    "the well-known address leads below the prefix",
    known.status === 301 && known.headers.location === `${base}/`,
    known.headers.location,
  );
  const root = await send("PROPFIND", `${base}/`, { ...XML, Depth: "0" }, asking("D:current-user-principal"));
  const [principal] = hrefs(root.text, "current-user-principal");
  say("the principal is named with it", principal === `${mount}/principals/users/ann@localhost/`, root.text);
  const own = await send(
    "PROPFIND",
    principal,
    { ...XML, Depth: "0" },
    asking("C:calendar-home-set", "D:principal-URL", "C:calendar-user-address-set"),
  );
  say(
    "so are home and principal",
    hrefs(own.text, "calendar-home-set")[0] === home && hrefs(own.text, "principal-URL")[0] === principal,
    own.text,
  );

  const body = (name, title = name) => event(`${name}@proxy`, `DTSTART:${at(1)}`, "DURATION:PT1H", `SUMMARY:${title}`);
  const put = await send("PUT", `${here}one%20%C3%BC.ics`, ICS, body("one"));
  say("an event is stored", put.status === 201, `${put.status} ${put.text}`);
  const listed = await send(
    "PROPFIND",
    here,
    { ...XML, Depth: "1" },
    asking("D:getetag", "D:owner", "D:lockdiscovery"),
  );
  const told = elements(listed.text, "href");
  say(
    "listings name everything with the prefix",
    told.length >= 3 && told.every((one) => one.startsWith(`${mount}/`)),
    told.join(),
  );
  const posted = await send("POST", here, ICS, body("posted"));
  say("Location has it", posted.status === 201 && posted.headers.location?.startsWith(here), posted.headers.location);
  const bare = await send("PROPFIND", here.slice(0, -1), { ...XML, Depth: "0" }, asking("D:displayname"));
  say("Content-Location has it", bare.headers["content-location"] === here, bare.headers["content-location"]);

  const one = `${here}one%20%C3%BC.ics`;
  const copied = await send("COPY", one, { Destination: `${origin}${here}copy.ics` });
  say(
    "COPY within a calendar is refused for its UID alone",
    copied.status === 403 || copied.status === 409,
    `${copied.status} ${copied.text}`,
  );
  const tasks = await send("MKCALENDAR", `${home}Second/`, XML);
  const moved = await send("MOVE", one, { Destination: `${origin}${home}Second/two.ics` });
  say(
    "MOVE goes by an absolute Destination",
    tasks.status === 201 && moved.status === 201,
    `${moved.status} ${moved.text}`,
  );
  const back = await send("MOVE", `${home}Second/two.ics`, { Destination: `${here}three.ics` });
  say("and by a path", back.status === 201 && (await send("GET", `${here}three.ics`)).status === 200, back.status);
  const copy = await send("COPY", `${here}three.ics`, { Destination: `${base}/CalDAV/~ann/Second/four.ics` });
  say("COPY to another calendar", copy.status === 201, `${copy.status} ${copy.text}`);
  const foreign = await send("MOVE", `${here}three.ics`, { Destination: `https://elsewhere.example${here}x.ics` });
  say("another server is 502", foreign.status === 502, foreign.status);

  const lock = `<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>`;
  const locked = await send("LOCK", `${here}three.ics`, { ...XML, Timeout: "Second-60" }, lock);
  const token = locked.headers["lock-token"]?.slice(1, -1);
  say("lockroot has the prefix", hrefs(locked.text, "lockroot")[0] === `${here}three.ics`, locked.text);
  const If = `<${origin}${here}three.ics> (<${token}>)`;
  const refused = await send("PUT", `${here}three.ics`, ICS, body("one", "Refused"));
  const taken = await send("PUT", `${here}three.ics`, { ...ICS, If }, body("one", "Under the lock"));
  say(
    "a tagged If list names the resource",
    refused.status === 423 && taken.status === 204,
    `${refused.status} ${taken.status}`,
  );
  const lockedMove = await send("MOVE", `${here}three.ics`, { If, Destination: `${origin}${here}five.ics` });
  say("also for MOVE", lockedMove.status === 201, `${lockedMove.status} ${lockedMove.text}`);

  const multiget = `<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/></D:prop><D:href>${here}five.ics</D:href><D:href>${origin}${here}five.ics</D:href><D:href>${here}gone.ics</D:href></C:calendar-multiget>`;
  const got = await send("REPORT", here, XML, multiget);
  const answered = elements(got.text, "response").map((each) => text(each, "href"));
  say(
    "multiget reads and tells them",
    answered.includes(`${here}five.ics`) && answered.includes(`${here}gone.ics`) && !/404[\s\S]*five/.test(got.text),
    got.text,
  );

  const beth = server.account("beth");
  const acl = `<D:acl xmlns:D="DAV:"><D:ace><D:principal><D:href>${mount}/principals/users/beth@localhost/</D:href></D:principal><D:grant><D:privilege><D:read/></D:privilege></D:grant></D:ace></D:acl>`;
  const set = await send("ACL", here, XML, acl);
  const seen = await send("PROPFIND", here, { ...XML, Depth: "0" }, asking("D:acl"));
  say(
    "access lists name people with it, both ways",
    set.status === 200 && seen.text.includes(`<D:href>${mount}/principals/users/beth@localhost/</D:href>`),
    `${set.status} ${set.text}`,
  );
  const denied = await http("PUT", `${origin}${here}six.ics`, { ...beth, headers: ICS, body: body("six") });
  say(
    "so does the privilege that is missing",
    denied.status === 403 && elements(denied.text, "href").every((each) => each.startsWith(`${mount}/`)),
    denied.text,
  );
  const page = await send("GET", `${base}/principals/`, { Accept: "text/html" });
  const links = [...page.text.matchAll(/href="([^"]*)"/g)].map(([, link]) => link);
  say("pages link with it", links.length > 0 && links.every((each) => each.startsWith(`${mount}/`)), links.join());

  const link = await send(
    "POST",
    `${base}/api/links`,
    { "Content-Type": "application/json" },
    JSON.stringify({ calendars: ["Calendar"] }),
  );
  const { url = "" } = JSON.parse(link.text.startsWith("{") ? link.text : "{}");
  const feed = url === "" ? { status: 0 } : await http("GET", url);
  say("links to feeds work as they are told", url.startsWith(`${base}/feeds/`) && feed.status === 200, link.text);

  if (decodes)
    return checks.skip(
      `${what}: a calendar whose name holds a slash`,
      "nginx decodes a path from which it takes a prefix",
    );
  const nested = `${home}Work%2FTeam/`;
  const nest = await send("MKCALENDAR", nested, XML);
  const inside = await send("PUT", `${nested}in.ics`, ICS, body("nested"));
  say(
    "a calendar whose name holds a slash is reached",
    nest.status === 201 && inside.status === 201,
    `${nest.status} ${nest.text} ${inside.status} ${inside.text}`,
  );
}

/** Whole sequences of clients. */
async function clients(server, { checks, authority }) {
  await applePlays({ origin: server.origin, base: server.base, account: server.account("apple") }, checks);
  await davx5(server, checks);
  await thunderbird({ ...server, authority: authority.base64, bare: `${server.origin}/` }, checks);
}

/** The names in the certificate that is served just now. */
const speaks = (port, maxVersion) =>
  new Promise((resolve) => {
    const options = {
      port,
      host: "127.0.0.1",
      rejectUnauthorized: false,
      minVersion: "TLSv1",
      maxVersion,
      ciphers: "DEFAULT@SECLEVEL=0",
    };
    const socket = connectTls(options, () => resolve(socket.destroy() && true));
    socket.once("error", () => resolve(false));
  });

/** Without any proxy: https, the renewal of its certificate, the redirect from plain HTTP. */
async function ownTls({ folder, authority, checks }) {
  const say = (words, held, detail) => checks.ok(`own TLS: ${words}`, held, detail);
  const [port, plain] = [await freePort(), await freePort()];
  const first = authority.issue("first");
  const { install, ...live } = liveIn(folder);
  install(first);
  const server = await startServer({
    port,
    env: {
      KALENDS_TLS_CERTIFICATE: live.certificate,
      KALENDS_TLS_KEY: live.key,
      KALENDS_TLS_HSTS_DAYS: "1",
      KALENDS_TLS_REDIRECT_FROM: `127.0.0.1:${plain}`,
    },
  });
  try {
    say("the server says https", server.base === `https://127.0.0.1:${port}`, server.base);
    await applePlays({ origin: server.base, base: server.base, account: server.account("tess") }, checks);
    const away = await http("PROPFIND", `http://127.0.0.1:${plain}/CalDAV/~tess/?a=b`);
    say(
      "plain HTTP is led there",
      away.status === 301 && away.headers.location === `${server.base}/CalDAV/~tess/?a=b`,
      away.headers.location,
    );
    say(
      "TLS 1.2 and 1.3 are spoken, 1.1 is not",
      (await speaks(port, "TLSv1.2")) && (await speaks(port, "TLSv1.3")) && !(await speaks(port, "TLSv1.1")),
    );
    const strict = (await http("PROPFIND", `${server.base}/CalDAV/`)).headers["strict-transport-security"];
    say("browsers are told to stay with it", strict === "max-age=86400", strict);
    install(authority.issue("second"));
    say(
      "a renewed certificate is found",
      await until(async () => (await served(port)) === "second", 15_000),
      await served(port),
    );
    writeFileSync(live.certificate, "broken");
    const told = await until(() => server.log().includes("the one before still serves"), 15_000);
    say("a broken one is told in the log, the one before serves on", told && (await served(port)) === "second");
    install(authority.issue("third"));
    server.child.kill("SIGHUP");
    say(
      "HUP reads it at once",
      await until(async () => (await served(port)) === "third", 2_000, 50),
      await served(port),
    );
    say(
      "and ends nothing",
      server.child.exitCode === null && (await http("GET", `${server.base}/healthz`)).status === 200,
    );
    say("no key is told in the log", !server.log().includes(readFileSync(live.key, "utf8").split("\n")[1]));
  } finally {
    await server.stop();
  }
}
