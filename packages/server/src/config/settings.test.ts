import { describe, expect, it } from "vitest";
import { loadConfig } from "./load.js";
import { configSchema } from "./schema.js";
import { type Setting, settings } from "./settings.js";

const all = settings();

function valueAt(path: string): unknown {
  const defaults: unknown = configSchema.parse({});
  return path.split(".").reduce((at, key) => (at as Record<string, unknown>)[key], defaults);
}

/** Another sound value where any text will not do. */
const others: Readonly<Record<string, string>> = {
  database: "embedded:./elsewhere",
  listen: "[::1]:9000",
  publicUrl: "https://cal.example",
  trustProxy: "loopback, 10.0.0.0/8",
  proxyHeader: "forwarded",
  "tls.minimum": "TLSv1.3",
  "tls.redirectFrom": "0.0.0.0:80",
  "log.level": "warn",
  "freeBusy.readers": "networks",
  "freeBusy.networks": "10.0.0.0/8, fd00::/8",
  "freeBusy.policy": "upload",
  "freeBusy.vfbType": "text/calendar",
  "ftp.listen": "0.0.0.0:21",
  "metrics.listen": "127.0.0.1:9464",
  "metrics.token": "sixteen-characters-or-more",
  "ftp.publicAddress": "192.0.2.7",
  "ftp.passivePorts": "50000-50099",
  "ftp.passwords": "limited",
  "auth.ldap.url": "ldaps://ldap.example",
  "auth.oidc.issuer": "https://login.example",
  "auth.oidc.algorithms": "ES256,EdDSA",
  "privacy.entitled": "writers",
  "publishing.uploads": "last",
};

/** Settings that mean nothing without others. */
const together: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  databasePassword: { KALENDS_DATABASE: "postgres://kalends@db/kalends" },
  "tls.certificate": { KALENDS_TLS_KEY: "key.pem" },
  "tls.key": { KALENDS_TLS_CERTIFICATE: "certificate.pem" },
  "tls.redirectFrom": { KALENDS_TLS_CERTIFICATE: "certificate.pem", KALENDS_TLS_KEY: "key.pem" },
  "ftp.certificate": { KALENDS_FTP_KEY: "key.pem" },
  "ftp.key": { KALENDS_FTP_CERTIFICATE: "certificate.pem" },
  "ftp.requireTls": { KALENDS_FTP_CERTIFICATE: "certificate.pem", KALENDS_FTP_KEY: "key.pem" },
};

/** Another sound value of the same type. */
function otherValue({ path, type, default: usual }: Setting): string {
  const other = others[path];
  if (other !== undefined) return other;
  if (type === "boolean") return usual === "true" ? "false" : "true";
  return type === "number" ? String(Number(usual) + 1) : "other.example";
}

describe("the list of settings", () => {
  it("tells the default the schema applies", () => {
    for (const { path, default: text } of all) expect([path, text]).toEqual([path, String(valueAt(path) ?? "")]);
  });

  it("describes every setting and gives each its own variable", () => {
    expect(all.filter((s) => s.text === "")).toEqual([]);
    const variables = all.flatMap((s) => (s.secret ? [s.variable, `${s.variable}_FILE`] : [s.variable]));
    expect(new Set(variables).size).toBe(variables.length);
  });

  it("writes words of a name with underscores in the variable", () => {
    expect(all.find((s) => s.path === "limits.objectSize")?.variable).toBe("KALENDS_LIMITS_OBJECT_SIZE");
  });

  it("marks whatever is named a password or a token as a secret, and the URL that may hold one", () => {
    const named = all.filter((s) => /(password|token)$/i.test(s.path)).map((s) => s.path);
    expect(all.filter((s) => s.secret).map((s) => s.path)).toEqual(["database", ...named]);
  });

  it.each(all.map((s) => [s.variable, s] as const))("can be changed through %s", (variable, setting) => {
    const value = otherValue(setting);
    const config: unknown = loadConfig({
      env: { [variable]: value, ...together[setting.path] },
      directory: "/nonexistent",
    });
    const changed = setting.path.split(".").reduce((at, key) => (at as Record<string, unknown>)[key], config);
    expect(String(changed)).toBe(value);
  });
});
