// Sign-in against a directory: Debian's slapd, with TLS of a private authority, plain people and such as in Active Directory.
import { until } from "./lib/checks.mjs";
import { http, ICS } from "./lib/http.mjs";
import { at, event } from "./lib/ics.mjs";
import { ensure } from "./lib/packages.mjs";
import { startServer } from "./lib/server.mjs";
import { startSlapd } from "./lib/slapd.mjs";

export const startsItsOwn = true;

const SUFFIX = "dc=mail,dc=example";
const SEARCHER = `cn=searcher,${SUFFIX}`;

const entry = (dn, ...lines) => [`dn: ${dn},${SUFFIX}`, ...lines, ""].join("\n");
const person = (uid, password, name, ...lines) =>
  entry(
    `uid=${uid},ou=people`,
    "objectClass: inetOrgPerson",
    `uid: ${uid}`,
    `cn: ${name}`,
    `sn: ${name.split(" ")[1]}`,
    `displayName: ${name}`,
    `userPassword: ${password}`,
    ...lines,
  );
const adPerson = (account, password, name, control, ...lines) =>
  entry(
    `cn=${name},ou=staff`,
    ...["objectClass: inetOrgPerson", "objectClass: adUser", `cn: ${name}`, `sn: ${name.split(" ")[1]}`],
    `sAMAccountName: ${account}`,
    `userAccountControl: ${control}`,
    `userPassword: ${password}`,
    ...lines,
  );

const LDIF = [
  `dn: ${SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: mail\n`,
  entry("cn=searcher", "objectClass: person", "cn: searcher", "sn: searcher", "userPassword: searcher-secret"),
  ...["people", "groups", "staff"].map((ou) => entry(`ou=${ou}`, "objectClass: organizationalUnit", `ou: ${ou}`)),
  person("ann", "ann-secret", "Ann Archer", "mail: ann.archer@mail.example", "mail: ann@elsewhere.example"),
  person("bob", "bob-secret", "Bob Baker"),
  ...["a", "b", "c"].flatMap((ou) => [
    entry(`ou=${ou},ou=people`, "objectClass: organizationalUnit", `ou: ${ou}`),
    person("twin", "twin-secret", "Twin Person").replace("ou=people", `ou=${ou},ou=people`),
  ]),
  person("star", "star-secret", "Star Person", "description: (x)*"),
  entry(
    "cn=Sales Team,ou=groups",
    "objectClass: groupOfNames",
    "cn: Sales Team",
    `member: uid=bob,ou=people,${SUFFIX}`,
  ),
  adPerson("Carla", "carla-secret", "Carla (Head)* Cook", 512, "proxyAddresses: SMTP:carla.cook@mail.example"),
  adPerson("dan", "dan-secret", "Dan Dover", 514),
  entry(
    "cn=Kitchen,ou=groups",
    ...["objectClass: groupOfNames", "cn: Kitchen"],
    `member: cn=Carla (Head)* Cook,ou=staff,${SUFFIX}`,
  ),
].join("\n");

const settings = (slapd, more = {}) => ({
  KALENDS_DOMAIN: "mail.example",
  KALENDS_AUTH_LDAP_URL: slapd.plain,
  KALENDS_AUTH_LDAP_CA_FILE: slapd.ca,
  KALENDS_AUTH_LDAP_BIND_DN: SEARCHER,
  KALENDS_AUTH_LDAP_BIND_PASSWORD: "searcher-secret",
  KALENDS_AUTH_LDAP_BASE: `ou=people,${SUFFIX}`,
  KALENDS_AUTH_LDAP_GROUP_BASE: `ou=groups,${SUFFIX}`,
  KALENDS_AUTH_LDAP_TIMEOUT: "2000",
  ...more,
});

const home = (server, name) => `${server.base}/CalDAV/~${name}/Calendar/`;
const signedIn = async (server, user, password, path = "/CalDAV/") =>
  http("PROPFIND", server.base + path, { user, password, headers: { Depth: "0" } });

async function people(slapd, checks) {
  const server = await startServer({ env: settings(slapd) });
  const status = async (user, password) => (await signedIn(server, user, password)).status;
  try {
    checks.ok("a person of the directory signs in over StartTLS", (await status("ann", "ann-secret")) === 207);
    const list = server.cli(["user", "list"]);
    checks.ok(
      "the first sign-in makes the account, with the name for people",
      /ann@mail\.example\s+Ann Archer/.test(list),
      list,
    );
    checks.ok("a wrong password is 401", (await status("ann", "wrong")) === 401);
    checks.ok("an empty password is 401", (await status("ann", "")) === 401);
    checks.ok("a name nobody has is 401", (await status("nobody", "ann-secret")) === 401);
    checks.ok("signs of filters in a name stand for themselves", (await status("*", "star-secret")) === 401);
    checks.ok("also whole filters", (await status("ann)(uid=*", "ann-secret")) === 401);
    checks.ok(
      "an alias of the directory is a name too",
      (await status("ann.archer@mail.example", "ann-secret")) === 207,
    );
    checks.ok("a name that several have is nobody's", (await status("twin", "twin-secret")) === 401);
    const put = await http("PUT", `${home(server, "ann")}a.ics`, {
      ...{ user: "ann", password: "ann-secret", headers: ICS },
      body: event("a@ldap", `DTSTART:${at(1)}Z`, "SUMMARY:Meeting"),
    });
    checks.ok("the account has a calendar", put.status === 201, put.text);
    await rights(server, slapd, checks, status);
    await outage(server, slapd, checks, status);
  } finally {
    await server.stop();
  }
}

async function rights(server, slapd, checks, status) {
  const get = async () =>
    (await http("GET", `${home(server, "ann")}a.ics`, { user: "bob", password: "bob-secret" })).status;
  checks.ok(
    "somebody without rights sees nothing",
    (await status("bob", "bob-secret")) === 207 && (await get()) === 404,
  );
  server.cli(["rights", "set", "~ann/Calendar", "sales-team", "lr"]);
  checks.ok("a group of the directory has rights that count for its members", (await get()) === 200);
  slapd.modify(
    `dn: cn=Sales Team,ou=groups,${SUFFIX}\nchangetype: modify\nreplace: member\nmember: uid=star,ou=people,${SUFFIX}\n`,
  );
  checks.ok("who left the group", (await status("bob@mail.example", "bob-secret")) === 207);
  checks.ok("has them no longer after his next sign-in", (await get()) === 404);
  await status("star", "star-secret");
  const other = await http("GET", `${home(server, "ann")}a.ics`, { user: "star", password: "star-secret" });
  checks.ok("who came has them", other.status === 200, other.status);
  const audit = server.cli(["audit", "--kind", "account.added"]);
  checks.ok("the audit log tells of accounts that came", /ann@mail\.example.*directory/.test(audit), audit);
}

async function outage(server, slapd, checks, status) {
  server.cli(["user", "add", "local", "--password-stdin"], "local-secret");
  const made = server.cli(["user", "app-password", "create", "ann", "--json"]);
  const app = JSON.parse(made).generated;
  await slapd.stop();
  const down = await signedIn(server, "star@mail.example", "star-secret");
  checks.ok("while the directory is down sign-ins are 503", down.status === 503, down.status);
  checks.ok(
    "with Retry-After and a sentence",
    down.headers["retry-after"] === "30" && /cannot be checked/.test(down.text),
    down.text,
  );
  checks.ok("accounts of this server work", (await status("local", "local-secret")) === 207);
  checks.ok("a wrong password of theirs is 401", (await status("local", "wrong")) === 401);
  checks.ok("who signed in a moment ago is remembered", (await status("ann", "ann-secret")) === 207);
  checks.ok("app passwords work", (await status("ann", app)) === 207);
  await slapd.start();
  await new Promise((resolve) => setTimeout(resolve, 5_200));
  checks.ok("afterwards sign-ins work again", (await status("star@mail.example", "star-secret")) === 207);
}

/** What sets apart TLS with and without the private authority, and a directory in the manner of Active Directory. */
async function tls(slapd, checks) {
  const untrusted = await startServer({ env: settings(slapd, { KALENDS_AUTH_LDAP_CA_FILE: undefined }) });
  const refused = (await signedIn(untrusted, "ann", "ann-secret")).status;
  checks.ok("a certificate of an authority nobody named is not trusted", refused === 503, refused);
  const told = await until(() => /certificate/.test(untrusted.log()), 5000, 50);
  checks.ok("the log says why", told, untrusted.log());
  checks.ok("and names no password", !/ann-secret|searcher-secret/.test(untrusted.log()));
  await untrusted.stop();
  const bare = await startServer({ env: settings(slapd, { KALENDS_AUTH_LDAP_START_TLS: "false" }) });
  const plain = (await signedIn(bare, "ann", "ann-secret")).status;
  checks.ok("this directory takes no password in clear", plain === 503, plain);
  const shown = bare.cli(["config"]);
  checks.ok("the password of the searcher is not shown", !shown.includes("searcher-secret"), shown);
  await bare.stop();
}

async function activeDirectory(slapd, checks) {
  const server = await startServer({
    env: settings(slapd, {
      KALENDS_AUTH_LDAP_URL: slapd.secure,
      KALENDS_AUTH_LDAP_BASE: `ou=staff,${SUFFIX}`,
      KALENDS_AUTH_LDAP_FILTER:
        "(&(|(sAMAccountName={login})(proxyAddresses=smtp:{address}))(!(userAccountControl:1.2.840.113556.1.4.803:=2)))",
      KALENDS_AUTH_LDAP_LOGIN: "sAMAccountName",
      KALENDS_AUTH_LDAP_ALIASES: "proxyAddresses",
    }),
  });
  const status = async (user, password) => (await signedIn(server, user, password)).status;
  try {
    checks.ok("AD: signs in with the account name, over ldaps", (await status("carla", "carla-secret")) === 207);
    checks.ok("AD: and with an address", (await status("carla.cook@mail.example", "carla-secret")) === 207);
    const list = server.cli(["user", "list"]);
    checks.ok(
      "AD: both are one account",
      list.match(/carla/gi)?.length === 2 && /Carla \(Head\)\* Cook/.test(list),
      list,
    );
    checks.ok("AD: a disabled person does not sign in", (await status("dan", "dan-secret")) === 401);
    server.account("host");
    server.cli(["rights", "set", "~host/Calendar", "kitchen", "lr"]);
    const seen = await http("PROPFIND", home(server, "host"), {
      ...{ user: "carla", password: "carla-secret", headers: { Depth: "0" } },
    });
    checks.ok(
      "AD: rights by a group, though the person's name has signs of filters in it",
      seen.status === 207,
      seen.status,
    );
  } finally {
    await server.stop();
  }
}

export async function run(_server, checks) {
  if (!ensure("slapd") || !ensure("ldapmodify", "ldap-utils")) {
    return checks.skip("everything", "slapd cannot be installed");
  }
  const slapd = await startSlapd(SUFFIX, LDIF);
  try {
    await people(slapd, checks);
    await tls(slapd, checks);
    await activeDirectory(slapd, checks);
  } finally {
    await slapd.remove();
  }
}
