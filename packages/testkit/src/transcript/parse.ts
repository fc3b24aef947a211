/** What an answer must be. `line` counts from 0; `lines` is how many the expectation takes in the file. */
export interface Expectation {
  readonly kind: "status" | "header" | "absent" | "statements" | "xml" | "part" | "text" | "has" | "lacks";
  readonly line: number;
  readonly lines: number;
  readonly name: string;
  readonly value: string;
}

export type Assertion =
  | { readonly kind: "sync"; readonly path: string; readonly changed: boolean }
  | { readonly kind: "there"; readonly path: string; readonly there: boolean };

/** One request with what is expected of its answer. */
export interface Step {
  readonly line: number;
  readonly as: string;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Text of the body, or the file in test-fixtures that holds it. */
  readonly body: { readonly text: string } | { readonly file: string } | null;
  readonly expectations: readonly Expectation[];
  readonly assertions: readonly Assertion[];
}

/** Steps under one title. */
export interface Scene {
  readonly title: string;
  readonly steps: readonly Step[];
}

interface OpenStep {
  readonly line: number;
  readonly as: string;
  readonly method: string;
  readonly path: string;
  readonly headers: [string, string][];
  readonly bodyLines: string[];
  inBody: boolean;
  file: string | null;
  readonly expectations: Expectation[];
  readonly assertions: Assertion[];
}

const blockKinds = ["xml", "part", "text", "has", "lacks"] as const;

/** Reads a transcript (see the README for its form). Throws with the number of the line that has no meaning. */
export function parseTranscript(text: string): readonly Scene[] {
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  const scenes: { title: string; steps: OpenStep[] }[] = [];
  let as = "nobody";
  let step: OpenStep | null = null;

  lines.forEach((line, at) => {
    const scene = scenes.at(-1);
    if (line.trim() === "" || /^\s/.test(line)) return;
    if (line.startsWith("# ")) {
      scenes.push({ title: line.slice(2).replaceAll(/\s+/g, " ").trim(), steps: [] });
      step = null;
    } else if (line.startsWith("as ")) {
      as = line.slice(3).trim();
      step = null;
    } else if (line.startsWith(">")) {
      if (!scene) throw new Error(`line ${at + 1}: a request before the first title`);
      if (!step || step.expectations.length + step.assertions.length > 0) {
        step = openStep(line, at, as);
        scene.steps.push(step);
      } else addRequestLine(step, line);
    } else if (step) addExpectation(step, lines, at);
    else if (!line.startsWith("#")) throw new Error(`line ${at + 1}: no meaning: ${line}`);
  });
  return scenes.map(({ title, steps }) => ({ title, steps: steps.map(closed) }));
}

function openStep(line: string, at: number, as: string): OpenStep {
  const [, method = "", path = ""] = /^> ([A-Z-]+) (\S+)$/.exec(line) ?? [];
  if (method === "") throw new Error(`line ${at + 1}: a request begins with a method and a path: ${line}`);
  return {
    line: at,
    as,
    method,
    path,
    headers: [],
    bodyLines: [],
    inBody: false,
    file: null,
    expectations: [],
    assertions: [],
  };
}

function addRequestLine(step: OpenStep, line: string): void {
  const content = line.replace(/^> ?/, "");
  const [, name, value = ""] = /^(?!BEGIN:)([A-Za-z-]+): ?(.*)$/.exec(content) ?? [];
  if (!step.inBody && content.startsWith("@")) step.file = content.slice(1);
  else if (!step.inBody && name !== undefined) step.headers.push([name, value]);
  else if (!step.inBody && content === "") step.inBody = true;
  else {
    step.inBody = true;
    step.bodyLines.push(content);
  }
}

function addExpectation(step: OpenStep, lines: readonly string[], at: number): void {
  const line = lines[at] ?? "";
  if (line.startsWith("! ")) {
    step.assertions.push(assertion(line.slice(2).trim(), at));
    return;
  }
  const add = (kind: Expectation["kind"], name: string, value: string, count = 1) =>
    step.expectations.push({ kind, line: at, lines: count, name, value });
  const [, kind, first = ""] = /^<([a-z]+) ?(.*)$/.exec(line) ?? [];
  const block = blockKinds.find((candidate) => candidate === kind);
  const [, status] = /^< (\d{3})$/.exec(line) ?? [];
  const [, count] = /^< statements: (\d+)$/.exec(line) ?? [];
  const [, name, value = ""] = /^< ([A-Za-z-]+): ?(.*)$/.exec(line) ?? [];
  const [, absent] = /^< no ([A-Za-z-]+)$/.exec(line) ?? [];
  if (block) {
    const rest = continued(lines, at + 1);
    add(block, "", [first, ...rest].join("\n").trim(), rest.length + 1);
  } else if (status) add("status", "", status);
  else if (count) add("statements", "", count);
  else if (absent) add("absent", absent.toLowerCase(), "");
  else if (name) add("header", name.toLowerCase(), value);
  else if (!line.startsWith("#")) throw new Error(`line ${at + 1}: no meaning: ${line}`);
}

/** Indented lines that go on with what stands before them. */
function continued(lines: readonly string[], from: number): readonly string[] {
  const end = lines.findIndex((line, i) => i >= from && !/^\s+\S/.test(line));
  return lines.slice(from, end < 0 ? lines.length : end).map((line) => line.trim());
}

function assertion(text: string, at: number): Assertion {
  const [, synced, how] = /^sync-collection of (\S+) (unchanged|changed)$/.exec(text) ?? [];
  if (synced) return { kind: "sync", path: synced, changed: how === "changed" };
  const [, path, state] = /^(\S+) is (there|gone)$/.exec(text) ?? [];
  if (path) return { kind: "there", path, there: state === "there" };
  throw new Error(`line ${at + 1}: no meaning: ${text}`);
}

function closed({ bodyLines, file, inBody: _, ...step }: OpenStep): Step {
  if (file !== null) return { ...step, body: { file } };
  if (bodyLines.length === 0) return { ...step, body: null };
  const end = bodyLines[0]?.startsWith("BEGIN:") ? "\r\n" : "\n";
  return { ...step, body: { text: bodyLines.map((line) => line + end).join("") } };
}
