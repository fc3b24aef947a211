import { attr, children, cs, type XmlElement } from "@kalends/dav-xml";
import { join, raw, type Sql, sql } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import type { ReportDef } from "../extension.js";
import { decodeReportProps, type PropRequest } from "../properties/request.js";
import { refuseStatus } from "../refusal.js";
import type { PrincipalKind } from "../resource.js";
import { answerSearch, resultLimit } from "./search-answer.js";
import { anyAddress, matches } from "./searchable.js";
import { assertZeroDepth } from "./zero-depth.js";

export interface TokenSearch {
  readonly tokens: readonly string[];
  /** Kinds meant by the context; undefined = all. */
  readonly kinds: readonly PrincipalKind[] | undefined;
  readonly limit: number | undefined;
  readonly props: PropRequest;
}

const CONTEXTS: Readonly<Record<string, readonly PrincipalKind[]>> = {
  user: ["user"],
  group: ["group"],
  location: ["location"],
  resource: ["resource"],
};

const MOST_TOKENS = 8;

function decode(root: XmlElement, cx: Exchange): TokenSearch {
  assertZeroDepth(cx);
  const tokens = children(root, cs("search-token"))
    .map(({ text }) => text.trim())
    .filter((token) => token !== "");
  if (tokens.length === 0 || tokens.length > MOST_TOKENS) refuseStatus(400, "One to eight search tokens are needed.");
  const context = attr(root, "context") ?? "";
  return {
    tokens,
    kinds: Object.hasOwn(CONTEXTS, context) ? CONTEXTS[context] : undefined,
    limit: resultLimit(root),
    props: decodeReportProps(root),
  };
}

/** A token begins a word of a name, or an address. */
const tokenSql = (token: string): Sql => sql`(
  ${matches(raw("p.display_name"), "starts-with", token)} or ${matches(raw("p.display_name"), "contains", ` ${token}`)}
  or ${matches(raw("coalesce(p.first_name, '')"), "starts-with", token)}
  or ${matches(raw("coalesce(p.last_name, '')"), "starts-with", token)} or ${anyAddress("starts-with", token)})`;

/** Finds attendees, rooms and resources while their names are typed; every token must match. */
export const calendarserverPrincipalSearch: ReportDef<TokenSearch> = {
  name: cs("calendarserver-principal-search"),
  spec: "caldav-extensions: principal search",
  on: ["*"],
  needs: [{ right: "r", on: "self" }],
  decode,
  run({ tokens, kinds, limit, props }, { target }, cx, registry) {
    const ofKind = kinds === undefined ? raw("true") : sql`p.kind = any(${[...kinds]}::text[])`;
    const where = sql`${ofKind} and ${join(tokens.map(tokenSql), " and ")}`;
    return answerSearch(where, tokens, props, limit, target.href, cx, registry);
  },
};
