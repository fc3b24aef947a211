import { refuseStatus } from "../refusal.js";
import { type EntityTag, parseTag, sameTag } from "./etag.js";

export type IfCondition = { readonly not: boolean } & (
  { readonly kind: "token"; readonly token: string } | { readonly kind: "etag"; readonly etag: EntityTag }
);

export interface IfList {
  /** The resource it speaks about, as written; null = the Request-URI. */
  readonly tag: string | null;
  readonly conditions: readonly IfCondition[];
}

const malformed = (): never => refuseStatus(400, "The If header is malformed.");

type Token =
  | { readonly kind: "(" }
  | { readonly kind: ")" }
  | { readonly kind: "not" }
  | { readonly kind: "uri"; readonly text: string }
  | { readonly kind: "etag"; readonly text: string };
const PIECE = /\s*(?:(\()|(\))|<([^<>\s]+)>|\[\s*((?:W\/)?"[^"]*"|[^\]"\s]+)\s*\]|(not)(?![a-z]))\s*/iy;

function* pieces(header: string): Generator<Token> {
  const scan = new RegExp(PIECE);
  while (scan.lastIndex < header.length) {
    const found = scan.exec(header);
    if (!found) malformed();
    const [, open, close, uri, etag] = found ?? [];
    if (open !== undefined) yield { kind: "(" };
    else if (close !== undefined) yield { kind: ")" };
    else if (uri !== undefined) yield { kind: "uri", text: uri };
    else if (etag !== undefined) yield { kind: "etag", text: etag };
    else yield { kind: "not" };
  }
}

function readList(tokens: Iterator<Token>): readonly IfCondition[] {
  const conditions: IfCondition[] = [];
  let not = false;
  for (let next = tokens.next(); !next.done; next = tokens.next()) {
    const token = next.value;
    if (token.kind === ")") return conditions.length === 0 || not ? malformed() : conditions;
    if (token.kind === "(" || (token.kind === "not" && not)) return malformed();
    if (token.kind === "not") {
      not = true;
      continue;
    }
    if (token.kind === "uri") conditions.push({ not, kind: "token", token: token.text });
    else conditions.push({ not, kind: "etag", etag: parseTag(token.text) });
    not = false;
  }
  return malformed();
}

/** Reads the `If` header; refuses with 400 what does not follow the grammar of RFC 4918 10.4.2. */
export function parseIf(header: string): readonly IfList[] {
  const tokens = pieces(header);
  const lists: IfList[] = [];
  let tag: string | null = null;
  let pending = false;
  for (let next = tokens.next(); !next.done; next = tokens.next()) {
    const token = next.value;
    if (token.kind === "uri") {
      if (pending || (lists.length > 0 && tag === null)) return malformed();
      tag = token.text;
      pending = true;
    } else if (token.kind === "(") {
      lists.push({ tag, conditions: readList(tokens) });
      pending = false;
    } else return malformed();
  }
  return pending || lists.length === 0 ? malformed() : lists;
}

/** What the conditions of one list look at. */
export interface IfState {
  /** With quotes; null for what is unmapped or has none. */
  readonly etag: string | null;
  /** True when the state token (lock, sync) names the present state of the resource. */
  readonly holds: (token: string) => boolean;
}

function isTrue(condition: IfCondition, state: IfState): boolean {
  const plain =
    condition.kind === "token"
      ? state.holds(condition.token)
      : state.etag !== null && sameTag(condition.etag, parseTag(state.etag), "strong");
  return plain !== condition.not;
}

/** True when one list holds in all its conditions. Each resource is looked up once, and only until a list holds. */
export async function evaluateIf(
  lists: readonly IfList[],
  stateOf: (tag: string | null) => Promise<IfState>,
): Promise<boolean> {
  const known = new Map<string | null, IfState>();
  for (const { tag, conditions } of lists) {
    const state = known.get(tag) ?? (await stateOf(tag));
    known.set(tag, state);
    if (conditions.every((condition) => isTrue(condition, state))) return true;
  }
  return false;
}

/** All state tokens named, matching or not: they count as submitted (RFC 4918 10.4.1). */
export const submittedTokens = (lists: readonly IfList[]): ReadonlySet<string> =>
  new Set(
    lists.flatMap(({ conditions }) => conditions.flatMap((c) => (c.kind === "token" && !c.not ? [c.token] : []))),
  );
