import { escapeAttribute } from "./entities.js";
import { type Clark, PREFIXES, split, XML_NS } from "./names.js";

/** Which prefix stands for which namespace at the present place of a document. */
export interface PrefixTable {
  /** The name as written; a namespace not yet bound is bound here. */
  qualify(name: Clark): string;
  /** The place to give to `declarations` and `release`. */
  mark(): number;
  /** The `xmlns` attributes for everything bound since the mark. */
  declarations(mark: number): string;
  /** Forgets everything bound since the mark. */
  release(mark: number): void;
}

interface Binding {
  readonly ns: string;
  readonly prefix: string;
}

/** Declarations of the fixed prefixes, for the root element of a body. */
export const ROOT_DECLARATIONS = [...PREFIXES].map(([ns, prefix]) => ` xmlns:${prefix}="${ns}"`).join("");

/** A table in which the fixed prefixes are bound from the start (`fixed`), or nothing is. */
export function prefixTable(fixed: boolean): PrefixTable {
  const bindings: Binding[] = [];
  const tags = new Map<Clark, string>();

  function prefixOf(ns: string): string | undefined {
    if (ns === XML_NS) return "xml";
    if (fixed && PREFIXES.has(ns)) return PREFIXES.get(ns);
    return bindings.findLast((binding) => binding.ns === ns)?.prefix;
  }

  function bind(ns: string): string {
    const prefix = PREFIXES.get(ns) ?? `n${bindings.length}`;
    bindings.push({ ns, prefix });
    return prefix;
  }

  function qualify(name: Clark): string {
    const known = tags.get(name);
    if (known !== undefined) return known;
    const { ns, local } = split(name);
    if (ns === "") return local;
    const tag = `${prefixOf(ns) ?? bind(ns)}:${local}`;
    if (fixed && PREFIXES.has(ns)) tags.set(name, tag);
    return tag;
  }

  return {
    qualify,
    mark: () => bindings.length,
    declarations: (mark) =>
      bindings.slice(mark).reduce((all, { ns, prefix }) => `${all} xmlns:${prefix}="${escapeAttribute(ns)}"`, ""),
    release: (mark) => {
      bindings.length = mark;
    },
  };
}
