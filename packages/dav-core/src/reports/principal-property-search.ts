import { attr, type Clark, child, children, dav, type XmlElement } from "@kalends/dav-xml";
import { join, raw, type Sql, sql } from "@kalends/store";
import type { Exchange } from "../exchange.js";
import type { ReportDef } from "../extension.js";
import { decodeReportProps, type PropRequest } from "../properties/request.js";
import { refuseStatus } from "../refusal.js";
import type { Resource } from "../resource.js";
import { answerSearch, resultLimit } from "./search-answer.js";
import { KIND_OF_TYPE, type MatchType, searchWhere } from "./searchable.js";
import { assertZeroDepth } from "./zero-depth.js";

interface Search {
  readonly names: readonly Clark[];
  readonly how: MatchType;
  readonly text: string;
}

export interface PrincipalPropertySearch {
  readonly searches: readonly Search[];
  /** `anyof`: one search that matches is enough. */
  readonly any: boolean;
  readonly type: string | undefined;
  /** All collections of principals, or only what stands below the Request-URI. */
  readonly everywhere: boolean;
  readonly limit: number | undefined;
  readonly props: PropRequest;
}

const HOW: readonly MatchType[] = ["contains", "starts-with", "ends-with", "equals"];

function searchOf(el: XmlElement): Search {
  const match = child(el, dav("match")) ?? refuseStatus(400, "A property-search without match.");
  const names = child(el, dav("prop"))?.children.map(({ name }) => name) ?? [];
  if (names.length === 0) refuseStatus(400, "A property-search without property.");
  const how = HOW.find((each) => each === attr(match, "match-type")) ?? "contains";
  return { names, how, text: match.text.trim() };
}

function decode(root: XmlElement, cx: Exchange): PrincipalPropertySearch {
  assertZeroDepth(cx);
  const searches = children(root, dav("property-search")).map(searchOf);
  if (searches.length === 0) refuseStatus(400, "property-search is missing.");
  return {
    searches,
    any: attr(root, "test") === "anyof",
    type: attr(root, "type")?.toUpperCase(),
    everywhere: child(root, dav("apply-to-principal-collection-set")) !== undefined,
    limit: resultLimit(root),
    props: decodeReportProps(root),
  };
}

const searchSql = ({ names, how, text }: Search): Sql =>
  sql`(${join(
    names.map((name) => searchWhere(name, how, text)),
    " and ",
  )})`;

/** Principals stand below the root, below their collection and below the part of their kind; nowhere else. */
function below(at: Resource, cx: Exchange): Sql {
  const { links } = cx;
  if (at.href === links.root || at.href === links.principals()) return raw("true");
  const kind = (["user", "group", "resource", "location"] as const).find((each) => links.principals(each) === at.href);
  return kind === undefined ? raw("false") : sql`p.kind = ${kind}`;
}

function typeSql(type: string | undefined): Sql {
  if (type === undefined) return raw("true");
  return sql`p.kind = ${Object.hasOwn(KIND_OF_TYPE, type) ? (KIND_OF_TYPE[type] ?? "") : ""}`;
}

/** Finds people and things by what is known of them; all conditions, or with `test="anyof"` one (RFC 3744 9.4). */
export const principalPropertySearch: ReportDef<PrincipalPropertySearch> = {
  name: dav("principal-property-search"),
  spec: "RFC 3744 9.4",
  on: ["*"],
  needs: [{ right: "r", on: "self" }],
  decode,
  run({ searches, any, type, everywhere, limit, props }, { target }, cx, registry) {
    const wanted = join(searches.map(searchSql), any ? " or " : " and ");
    const scope = everywhere ? raw("true") : below(target, cx);
    const words = searches.map(({ text }) => text);
    const where = sql`${scope} and ${typeSql(type)} and (${wanted})`;
    return answerSearch(where, words, props, limit, target.href, cx, registry);
  },
};
