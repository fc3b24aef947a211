import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse, YAMLParseError } from "yaml";
import type { z } from "zod";
import { type Config, configSchema } from "./schema.js";
import { settings } from "./settings.js";

/** A setting that cannot be used; the message says which one and what to write instead. */
export class ConfigError extends Error {}

/**
 * Effective settings: environment `KALENDS_*` over the settings file over defaults.
 * `file`: path given by the user, which must exist; without it `kalends.yaml` in `directory` is read when it is there.
 */
export function loadConfig(input: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly file?: string | undefined;
}): Config {
  const values = fromFile(input.directory, input.file);
  const variables = new Map<string, string>();
  for (const { path, variable, value } of fromEnvironment(input.env)) {
    assign(values, path, value);
    variables.set(path, variable);
  }
  const result = configSchema.safeParse(values, { reportInput: true });
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => explain(issue, variables)).join("\n"));
}

function fromFile(directory: string, file: string | undefined): Record<string, unknown> {
  const path = resolve(directory, file ?? "kalends.yaml");
  if (!existsSync(path)) {
    if (file === undefined) return {};
    throw new ConfigError(`settings file ${path} does not exist`);
  }
  const content = contentOf(path) ?? {};
  if (typeof content === "object" && !Array.isArray(content)) return { ...content } as Record<string, unknown>;
  throw new ConfigError(`settings file ${path} must hold "name: value" lines`);
}

function contentOf(path: string): unknown {
  try {
    return parse(readFileSync(path, "utf8"), { prettyErrors: true });
  } catch (error) {
    const [reason] = (error as Error).message.split(":\n");
    if (error instanceof YAMLParseError) throw new ConfigError(`settings file ${path} is not YAML: ${reason}`);
    throw new ConfigError(`settings file ${path} cannot be read: ${reason}`);
  }
}

interface Given {
  readonly path: string;
  readonly variable: string;
  readonly value: unknown;
}

/** `KALENDS_LIMITS_OBJECT_SIZE=1` becomes the path limits.objectSize and the number 1. */
function* fromEnvironment(env: Readonly<Record<string, string | undefined>>): Generator<Given> {
  const all = settings();
  const byVariable = new Map(all.map((s) => [s.variable, s]));
  const byFile = new Map(all.filter((s) => s.secret).map((s) => [`${s.variable}_FILE`, s]));
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith("KALENDS_") || text === undefined || ownVariables.has(variable)) continue;
    const setting = byVariable.get(variable) ?? byFile.get(variable);
    if (!setting) throw new ConfigError(`${variable} is not a setting; see "kalends config --all" for those there are`);
    const isFile = setting.variable !== variable;
    if (isFile && env[setting.variable] !== undefined)
      throw new ConfigError(`${variable} and ${setting.variable} say the same setting: keep one of them`);
    yield { path: setting.path, variable, value: typed(isFile ? fileText(variable, text) : text, setting.type) };
  }
}

/** What stands in the file that a variable names, without the end of its last line. */
function fileText(variable: string, path: string): string {
  try {
    return readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    throw new ConfigError(`the file ${path} (${variable}) cannot be read: ${(error as Error).message}`);
  }
}

/** Variables with our prefix that are not settings. */
const ownVariables = new Set(["KALENDS_CONFIG", "KALENDS_TEST_POSTGRES"]);

function typed(text: string, type: "string" | "number" | "boolean"): unknown {
  if (type === "number" && /^\d+$/.test(text)) return Number(text);
  if (type === "boolean" && /^(true|false)$/.test(text)) return text === "true";
  return text;
}

function assign(values: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split(".");
  let at = values;
  for (const key of keys.slice(0, -1)) {
    const next = { ...(at[key] as Record<string, unknown> | undefined) };
    at[key] = next;
    at = next;
  }
  at[keys[keys.length - 1] ?? ""] = value;
}

function explain(issue: z.core.$ZodIssue, variables: ReadonlyMap<string, string>): string {
  const where = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const names = issue.keys.map((k) => (where ? `${where}.${k}` : k)).join(", ");
    return `unknown setting ${names}; see "kalends config --all" for those there are`;
  }
  const variable = variables.get(where);
  const given = isScalar(issue.input) && !isSecret(where) ? `, not ${JSON.stringify(issue.input)}` : "";
  return `setting ${where}${variable ? ` (${variable})` : ""} ${demandOf(issue)}${given}`;
}

const isSecret = (path: string): boolean => settings().some((each) => each.path === path && each.secret);

const isScalar = (value: unknown) => ["string", "number", "boolean"].includes(typeof value);

const typeNames: Readonly<Record<string, string>> = {
  number: "a whole number",
  int: "a whole number",
  boolean: "true or false",
  string: "text",
  object: 'a group of "name: value" lines',
};

/** What a value must be, to follow the name of the setting. */
function demandOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return `must be ${typeNames[issue.expected] ?? issue.expected}`;
  if (issue.code === "invalid_value") return `must be one of ${issue.values.join(", ")}`;
  if (issue.code === "too_small" && issue.origin === "string") return `must have at least ${issue.minimum} characters`;
  if (issue.code === "too_small") return `must be ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`;
  if (issue.code === "too_big") return `must be ${issue.inclusive ? "at most" : "less than"} ${issue.maximum}`;
  return issue.message;
}
