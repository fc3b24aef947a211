import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigError, loadConfig } from "./load.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "kalends-config-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const file = (text: string, name = "kalends.yaml") => writeFileSync(join(directory, name), text);
const load = (env: Record<string, string> = {}, path?: string) => loadConfig({ env, directory, file: path });

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "nothing was refused";
}

describe("where settings come from", () => {
  it("needs no file and no variable", () => {
    const config = load();
    expect(config).toMatchObject({ database: "embedded:./data", listen: "127.0.0.1:8100", domain: "localhost" });
    expect(config.limits.objectSize).toBe(1024 * 1024);
    expect(config.publicUrl).toBeUndefined();
  });

  it("takes the environment over the file and the file over defaults", () => {
    file("domain: file.example\nlisten: 127.0.0.1:1\nlimits:\n  objectSize: 10\n  syncPage: 20\n");
    const config = load({ KALENDS_DOMAIN: "env.example", KALENDS_LIMITS_SYNC_PAGE: "30" });
    expect(config.domain).toBe("env.example");
    expect(config.listen).toBe("127.0.0.1:1");
    expect(config.limits).toMatchObject({ objectSize: 10, syncPage: 30, multigetHrefs: 5000 });
  });

  it("reads numbers and truth values from variables", () => {
    const config = load({ KALENDS_ANONYMOUS: "true", KALENDS_AUTH_FAILURES: "3" });
    expect(config.anonymous).toBe(true);
    expect(config.auth.failures).toBe(3);
  });

  it("reads the file it is given instead of kalends.yaml", () => {
    file("domain: one.example\n");
    file("domain: two.example\n", "other.yaml");
    expect(load({}, "other.yaml").domain).toBe("two.example");
  });

  it("takes an empty file for no settings", () => {
    file("# nothing yet\n");
    expect(load().domain).toBe("localhost");
  });

  it("leaves variables of other programs alone", () => {
    expect(load({ PATH: "/bin", KALENDS_CONFIG: "x", KALENDS_TEST_POSTGRES: "y" }).domain).toBe("localhost");
  });
});

describe("secrets in files", () => {
  it("reads each of them from the file its variable names, without the end of the line", () => {
    file("postgres://kalends@db/kalends\n", "url");
    file("p@ss word\r\n", "password");
    const config = load({
      KALENDS_DATABASE_FILE: join(directory, "url"),
      KALENDS_DATABASE_PASSWORD_FILE: join(directory, "password"),
    });
    expect(config).toMatchObject({ database: "postgres://kalends@db/kalends", databasePassword: "p@ss word" });
  });

  it("does so over the settings file", () => {
    file("auth:\n  ldap:\n    bindPassword: old\n");
    file("new", "password");
    expect(load({ KALENDS_AUTH_LDAP_BIND_PASSWORD_FILE: join(directory, "password") }).auth.ldap.bindPassword).toBe(
      "new",
    );
  });

  it("refuses a file that is not there, by its name", () => {
    const missing = join(directory, "missing");
    expect(messageOf(() => load({ KALENDS_ADMIN_PASSWORD_FILE: missing }))).toMatch(
      /^the file \S+missing \(KALENDS_ADMIN_PASSWORD_FILE\) cannot be read: ENOENT/,
    );
  });

  it("refuses a secret that is given twice, and files for what is no secret", () => {
    file("long enough", "password");
    const path = join(directory, "password");
    expect(messageOf(() => load({ KALENDS_ADMIN_PASSWORD_FILE: path, KALENDS_ADMIN_PASSWORD: "other" }))).toBe(
      "KALENDS_ADMIN_PASSWORD_FILE and KALENDS_ADMIN_PASSWORD say the same setting: keep one of them",
    );
    expect(messageOf(() => load({ KALENDS_DOMAIN_FILE: path }))).toContain("KALENDS_DOMAIN_FILE is not a setting");
  });

  it("does not repeat a secret that does not fit", () => {
    file("short", "password");
    const told = messageOf(() => load({ KALENDS_ADMIN_PASSWORD_FILE: join(directory, "password") }));
    expect(told).toBe("setting adminPassword (KALENDS_ADMIN_PASSWORD_FILE) must have at least 8 characters");
  });

  it.each(["embedded:./data", "postgres://db/kalends", "postgres://kalends:other@db/kalends"])(
    "refuses a database password beside %s, which has no place for it",
    (database) => {
      const told = messageOf(() => load({ KALENDS_DATABASE: database, KALENDS_DATABASE_PASSWORD: "secret" }));
      expect(told).toContain("setting databasePassword (KALENDS_DATABASE_PASSWORD) must be set only where");
      expect(told).not.toContain("secret");
    },
  );
});

describe("what is refused, and how it is said", () => {
  it.each([
    ["lisen: x\n", "unknown setting lisen"],
    ["limits:\n  objectsize: 1\n", "unknown setting limits.objectsize"],
    ["listen: nowhere\n", 'setting listen must be HOST:PORT, for example 127.0.0.1:8100, not "nowhere"'],
    ["listen: localhost:70000\n", "setting listen must have a port of at most 65535"],
    ["limits: 3\n", 'setting limits must be a group of "name: value" lines, not 3'],
    ["limits:\n  objectSize: 0\n", "setting limits.objectSize must be more than 0, not 0"],
    ["auth:\n  bcryptCost: 17\n", "setting auth.bcryptCost must be at most 16, not 17"],
    ["log:\n  level: loud\n", "setting log.level must be one of silent, fatal, error, warn, info, debug"],
    ["tls:\n  certificate: a.pem\n", "setting tls.key must be set where tls.certificate is, and only there"],
    [
      "tls:\n  redirectFrom: 0.0.0.0:80\n",
      "setting tls.redirectFrom must be empty as long as there is no tls.certificate",
    ],
    ["publicUrl: cal.example\n", "setting publicUrl must be a URL that begins with http:// or https://"],
    ["ftp:\n  listen: nowhere\n", "setting ftp.listen must be HOST:PORT, for example 0.0.0.0:21, or empty"],
    ["ftp:\n  listen: 0.0.0.0:70000\n", "setting ftp.listen must be HOST:PORT"],
    ["ftp:\n  passivePorts: 50099-50000\n", "setting ftp.passivePorts must be FIRST-LAST, for example 50000-50099"],
    ["ftp:\n  passivePorts: 20-30\n", "setting ftp.passivePorts must be FIRST-LAST, for example 50000-50099"],
    ["ftp:\n  publicAddress: cal.example\n", "setting ftp.publicAddress must be an IPv4 address"],
    ["ftp:\n  certificate: a.pem\n", "setting ftp.key must be set where ftp.certificate is, and only there"],
    ["ftp:\n  requireTls: true\n", "setting ftp.requireTls must be false as long as there is no ftp.certificate"],
    ["- a\n- b\n", 'must hold "name: value" lines'],
    ["just words\n", 'must hold "name: value" lines'],
    ["listen: [\n", "kalends.yaml is not YAML: "],
  ])("names what is wrong in the file %j", (text, told) => {
    file(text);
    expect(messageOf(load)).toContain(told);
  });

  it.each([
    ["KALENDS_LISEN", "x", "KALENDS_LISEN is not a setting"],
    ["KALENDS_LIMITS_OBJECT_SIZE", "big", "limits.objectSize (KALENDS_LIMITS_OBJECT_SIZE) must be a whole number"],
    ["KALENDS_ANONYMOUS", "yes", 'anonymous (KALENDS_ANONYMOUS) must be true or false, not "yes"'],
    ["KALENDS_TRUST_PROXY", "yes", "trustProxy (KALENDS_TRUST_PROXY) must be addresses and networks"],
  ])("names the variable %s", (variable, value, told) => {
    expect(messageOf(() => load({ [variable]: value }))).toContain(told);
  });

  it("names every fault at once", () => {
    const told = messageOf(() => load({ KALENDS_LISTEN: "x", KALENDS_TRUST_PROXY: "y" }));
    expect(told.split("\n")).toHaveLength(2);
  });

  it("does not repeat a database URL, which may hold a password", () => {
    expect(messageOf(() => load({ KALENDS_DATABASE: "mysql://ann:secret@db" }))).not.toContain("secret");
  });

  it("refuses a file that was asked for and is not there, or cannot be read", () => {
    expect(messageOf(() => load({}, "missing.yaml"))).toMatch(/missing\.yaml does not exist$/);
    expect(messageOf(() => load({}, "."))).toContain("cannot be read: EISDIR");
  });
});
