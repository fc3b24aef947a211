import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { settings } from "./settings.js";

const textOf = (name: string): string => readFileSync(new URL(`../../../../${name}`, import.meta.url), "utf8");

interface Service {
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly ports?: readonly { readonly host_ip?: string }[];
  readonly [key: string]: unknown;
}

const file = parse(textOf("docker-compose.yml"), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
};
const services = Object.entries(file.services);

describe("docker-compose.yml", () => {
  it.each(services)("confines %s, limits it and starts it again", (_name, service) => {
    expect(service).toMatchObject({
      read_only: true,
      init: true,
      restart: "unless-stopped",
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      deploy: {
        resources: { limits: { cpus: expect.anything(), memory: expect.anything(), pids: expect.anything() } },
      },
    });
    expect(service["stop_grace_period"]).toBeDefined();
  });

  it.each(services)("lets %s wait for what it needs to be healthy", (_name, { depends_on = {} }) => {
    for (const { condition } of Object.values(depends_on)) expect(condition).toBe("service_healthy");
  });

  it("gives the app settings there are, and secrets by file alone", () => {
    const variables = settings().flatMap((s) => (s.secret ? [s.variable, `${s.variable}_FILE`] : [s.variable]));
    for (const { environment = {} } of Object.values(file.services)) {
      const ours = Object.keys(environment).filter((name) => name.startsWith("KALENDS_"));
      expect(variables).toEqual(expect.arrayContaining(ours));
      const passwords = Object.entries(environment).filter(([name]) => /PASSWORD|SECRET/.test(name));
      for (const [name, value] of passwords) {
        expect(name).toMatch(/_FILE$/);
        expect(Object.keys(file.secrets).map((secret) => `/run/secrets/${secret}`)).toContain(value);
      }
    }
  });

  it("publishes the app to this machine alone, and the database to nobody", () => {
    expect(file.services["app"]?.ports?.map(({ host_ip }) => host_ip)).toEqual(["${BIND:-127.0.0.1}"]);
    expect(file.services["db"]?.ports).toBeUndefined();
    expect(file.services["replica"]?.ports).toBeUndefined();
  });

  it("has every secret made by the script, outside of what is committed or built", () => {
    const script = textOf("deploy/make-secrets.sh");
    for (const [name, secret] of Object.entries(file.secrets)) {
      expect(secret.file).toBe(`./secrets/${name}`);
      expect(script).toContain(name);
    }
    expect(textOf(".gitignore").split("\n")).toContain("/secrets/");
    expect(
      textOf(".dockerignore")
        .split("\n")
        .filter((line) => line.startsWith("!")),
    ).not.toContain("!secrets");
    expect(textOf(".dockerignore").split("\n")).toContain("*");
  });
});

describe("Dockerfile", () => {
  const lines = textOf("Dockerfile").split("\n");

  it("takes its base image from an argument with a default", () => {
    expect(lines[0]).toMatch(/^ARG NODE_IMAGE=node:\S+-slim$/);
    for (const line of lines.filter((each) => each.startsWith("FROM "))) expect(line).toContain("${NODE_IMAGE}");
  });

  it("names the version there is", () => {
    const { version } = JSON.parse(textOf("package.json")) as { version: string };
    expect(lines).toContain(`ARG VERSION=${version}`);
  });

  it("ends as an account that is not root, with a health check", () => {
    const last = lines.slice(lines.findLastIndex((line) => line.startsWith("FROM ")));
    expect(last).toContain("USER node");
    expect(last.some((line) => line.startsWith("HEALTHCHECK "))).toBe(true);
  });
});
