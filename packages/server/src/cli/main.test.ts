import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { buildProgram, main } from "./main.js";

let printed: string;
let complained: string;
beforeEach(() => {
  printed = "";
  complained = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    complained += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** All commands that do something, with the words that call them. */
function* commandsOf(command = buildProgram(), words: readonly string[] = []): Generator<readonly string[]> {
  for (const child of command.commands) {
    if (child.commands.length > 0) yield* commandsOf(child, [...words, child.name()]);
    else yield [...words, child.name()];
  }
}

const all = [...commandsOf()].map((words) => [words.join(" "), words] as const);

describe("help", () => {
  it.each(all)("of %s has a description and an example that begins with it", async (name, words) => {
    expect(await main([...words, "--help"])).toBe(0);
    const [, example = ""] = /Examples?:\n([\s\S]*)$/.exec(printed) ?? [];
    expect(example).toMatch(new RegExp(`^ {2}.*kalends ${name}\\b`, "m"));
    expect(complained).toBe("");
  });

  it("of the whole tells the exit statuses", async () => {
    expect(await main(["--help"])).toBe(0);
    expect(printed).toContain("0 done, 1 failed, 2 wrong usage");
  });
});

describe("exit status", () => {
  it.each([
    ["no command", []],
    ["an unknown command", ["frobnicate"]],
    ["a missing argument", ["user", "add"]],
    ["too many arguments", ["export", "~a/b", "c"]],
    ["an unknown option", ["config", "--frob"]],
    ["a service there is not", ["user", "services", "ann", "--off", "frob"]],
    ["an id that is no number", ["user", "app-password", "revoke", "ann", "x"]],
  ])("is 2 for %s", async (_what, words) => {
    expect(await main(words)).toBe(2);
    expect(complained).not.toBe("");
    expect(printed).toBe("");
  });

  it("is 1 for settings that cannot be used, with one line that names them", async () => {
    vi.stubEnv("KALENDS_LISTEN", "nowhere");
    expect(await main(["config"])).toBe(1);
    expect(complained).toMatch(/^kalends: setting listen \(KALENDS_LISTEN\) must be HOST:PORT.*\n$/);
  });

  it("is 0 for a command that did its work", async () => {
    expect(await main(["config", "--json"])).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({ listen: "127.0.0.1:8100" });
  });
});

describe("config", () => {
  it("leaves the password of the database out", async () => {
    vi.stubEnv("KALENDS_DATABASE", "postgres://kalends:se:c@ret@db/kalends");
    await main(["config"]);
    expect(printed).toContain("database: postgres://kalends:***@db/kalends");
    expect(printed).not.toContain("ret");
  });

  it("leaves all other secrets out", async () => {
    vi.stubEnv("KALENDS_ADMIN_PASSWORD", "top-secret");
    vi.stubEnv("KALENDS_AUTH_LDAP_BIND_PASSWORD", "top-secret");
    await main(["config"]);
    expect(printed).toContain("adminPassword: ***\n");
    expect(printed).toContain("auth.ldap.bindPassword: ***\n");
    expect(printed).not.toContain("top-secret");
  });
});
