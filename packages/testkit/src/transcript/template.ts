/** Values caught so far, by name. */
export type Variables = ReadonlyMap<string, string>;

const HOLE = /\{\{([\w-]+|\*)\}\}/g;

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");

/** Puts values in place of `{{name}}`. Throws when one is not known. */
export function fill(template: string, variables: Variables): string {
  return template.replaceAll(HOLE, (hole, name: string) => {
    const value = variables.get(name);
    if (value === undefined) throw new Error(`${hole} has no value yet`);
    return value;
  });
}

/**
 * Compares a text with a template in which `{{name}}` stands for the value of that name, or catches it when there is
 * none yet; `{{*}}` stands for anything. Gives what was caught, or null when the text is another one.
 */
export function matchText(template: string, actual: string, variables: Variables): Variables | null {
  const names: string[] = [];
  let pattern = "";
  let from = 0;
  for (const { 0: hole, 1: name = "", index } of template.matchAll(HOLE)) {
    pattern += literal(template.slice(from, index));
    from = index + hole.length;
    const known = variables.get(name);
    if (known !== undefined) pattern += literal(known);
    else if (name === "*") pattern += "[\\s\\S]*";
    else {
      names.push(name);
      pattern += "([\\s\\S]+?)";
    }
  }
  const found = new RegExp(`^${pattern}${literal(template.slice(from))}$`).exec(actual);
  if (!found) return null;
  return new Map([...variables, ...names.map((name, i) => [name, found[i + 1] ?? ""] as const)]);
}
