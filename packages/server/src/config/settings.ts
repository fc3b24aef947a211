import { z } from "zod";
import { configSchema } from "./schema.js";

export interface Setting {
  /** Path in the settings file, for example `limits.objectSize`. */
  readonly path: string;
  /** Environment variable, for example `KALENDS_LIMITS_OBJECT_SIZE`. */
  readonly variable: string;
  readonly type: "string" | "number" | "boolean";
  readonly default: string;
  readonly text: string;
  /** Shown nowhere; `${variable}_FILE` may name a file that holds it. */
  readonly secret: boolean;
}

interface JsonSchema {
  readonly type?: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly secret?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** All settings with their texts, read from the one schema: for help, documentation and the environment. */
export function settings(): readonly Setting[] {
  return [...walk(z.toJSONSchema(configSchema, { io: "input" }) as JsonSchema, [])];
}

function* walk(schema: JsonSchema, path: readonly string[]): Generator<Setting> {
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    const here = [...path, key];
    if (child.properties) yield* walk(child, here);
    else yield settingOf(child, here);
  }
}

function settingOf(schema: JsonSchema, path: readonly string[]): Setting {
  const snake = path.map((key) => key.replace(/[A-Z]/g, (c) => `_${c}`)).join("_");
  return {
    path: path.join("."),
    variable: `KALENDS_${snake.toUpperCase()}`,
    type:
      schema.type === "integer" || schema.type === "number"
        ? "number"
        : schema.type === "boolean"
          ? "boolean"
          : "string",
    default: schema.default === undefined ? "" : String(schema.default),
    text: schema.description ?? "",
    secret: schema.secret === true,
  };
}
