import type { Outcome } from "./check.js";
import type { Expectation } from "./parse.js";
import type { Variables } from "./template.js";

/** Takes the lines that should stand in place of an expectation. */
export type Rewrite = (expected: Expectation, lines: readonly string[]) => void;

/** What the answer was, written as an expectation; known values become `{{name}}` again. */
export function goldOf(
  expected: Expectation,
  { answer, statements }: Outcome,
  variables: Variables,
): readonly string[] {
  const named = (text: string): string =>
    [...variables].reduce(
      (told, [name, value]) => (value.length > 3 ? told.replaceAll(value, `{{${name}}}`) : told),
      text,
    );
  const block = (kind: string, text: string): readonly string[] => {
    const [first = "", ...rest] = named(text.trim()).split(/\r?\n/);
    return [`<${kind} ${first}`, ...rest.map((line) => `  ${line}`)];
  };
  switch (expected.kind) {
    case "status":
      return [`< ${answer.status}`];
    case "statements":
      return [`< statements: ${statements.length}`];
    case "header":
    case "absent": {
      const told = answer.headers[expected.name];
      return [told === undefined ? `< no ${expected.name}` : `< ${expected.name}: ${named(told)}`];
    }
    case "xml":
    case "part":
      return block("xml", answer.text.replace(/^<\?xml[^>]*\?>\s*/, ""));
    case "text":
    case "has":
    case "lacks":
      return block("text", answer.text);
  }
}

/** The transcript with rewritten expectations, from the last to the first so that line numbers stay true. */
export function rewritten(text: string, changes: ReadonlyMap<Expectation, readonly string[]>): string {
  const lines = text.split("\n");
  for (const [{ line, lines: count }, gold] of [...changes].sort(([a], [b]) => b.line - a.line)) {
    lines.splice(line, count, ...gold);
  }
  return lines.join("\n");
}
