import { describe, expect, it } from "vitest";
import { loadConfig } from "./load.js";
import { configSchema } from "./schema.js";
import { type Setting, settings } from "./settings.js";

const all = settings();

function valueAt(path: string): unknown {
  const defaults: unknown = configSchema.parse({});
  return path.split(".").reduce((at, key) => (at as Record<string, unknown>)[key], defaults);
}

/** Another sound value of the same type. */
function otherValue({ path, type, default: usual }: Setting): string {
  if (path === "database") return "embedded:./elsewhere";
  if (path === "listen") return "[::1]:9000";
  if (path === "publicUrl") return "https://cal.example";
  if (path === "log.level") return "warn";
  if (path === "freeBusy.readers") return "networks";
  if (path === "freeBusy.networks") return "10.0.0.0/8, fd00::/8";
  if (path === "freeBusy.policy") return "upload";
  if (path === "freeBusy.vfbType") return "text/calendar";
  if (path === "auth.ldap.url") return "ldaps://ldap.example";
  if (path === "auth.oidc.issuer") return "https://login.example";
  if (path === "auth.oidc.algorithms") return "ES256,EdDSA";
  if (path === "privacy.entitled") return "writers";
  if (path === "publishing.uploads") return "last";
  if (type === "boolean") return usual === "true" ? "false" : "true";
  return type === "number" ? String(Number(usual) + 1) : "other.example";
}

describe("the list of settings", () => {
  it("tells the default the schema applies", () => {
    for (const { path, default: text } of all) expect([path, text]).toEqual([path, String(valueAt(path) ?? "")]);
  });

  it("describes every setting and gives each its own variable", () => {
    expect(all.filter((s) => s.text === "")).toEqual([]);
    expect(new Set(all.map((s) => s.variable)).size).toBe(all.length);
  });

  it("writes words of a name with underscores in the variable", () => {
    expect(all.find((s) => s.path === "limits.objectSize")?.variable).toBe("KALENDS_LIMITS_OBJECT_SIZE");
  });

  it.each(all.map((s) => [s.variable, s] as const))("can be changed through %s", (variable, setting) => {
    const value = otherValue(setting);
    const config: unknown = loadConfig({ env: { [variable]: value }, directory: "/nonexistent" });
    const changed = setting.path.split(".").reduce((at, key) => (at as Record<string, unknown>)[key], config);
    expect(String(changed)).toBe(value);
  });
});
