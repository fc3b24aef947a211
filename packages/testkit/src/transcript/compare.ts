import type { XmlElement } from "@kalends/dav-xml";
import { matchText, type Variables } from "./template.js";

/** `whole`: the same elements; `part`: at least these, everywhere. The order of siblings has no meaning. */
export type Extent = "whole" | "part";

const within = (el: XmlElement): string => el.name;

function matchAttributes(expected: XmlElement, actual: XmlElement, extent: Extent, known: Variables): Variables | null {
  if (extent === "whole" && expected.attrs.size !== actual.attrs.size) return null;
  let variables = known;
  for (const [name, value] of expected.attrs) {
    const told = actual.attrs.get(name);
    const matched = told === undefined ? null : matchText(value, told, variables);
    if (!matched) return null;
    variables = matched;
  }
  return variables;
}

interface Difference {
  readonly path: string;
  readonly why: string;
}

type Outcome = { readonly variables: Variables } | Difference;

const isDifference = (outcome: Outcome): outcome is Difference => "why" in outcome;

function matchChildren(expected: XmlElement, actual: XmlElement, extent: Extent, known: Variables): Outcome {
  let variables = known;
  const left = [...actual.children];
  for (const wanted of expected.children) {
    const outcomes = left.map((candidate) => matchElement(wanted, candidate, extent, variables));
    const at = outcomes.findIndex((outcome) => !isDifference(outcome));
    const found = outcomes[at];
    if (!found || isDifference(found)) return closest(wanted, left, outcomes);
    variables = found.variables;
    left.splice(at, 1);
  }
  const [extra] = left;
  if (extent === "whole" && extra) return { path: within(actual), why: `has ${extra.name} which is not expected` };
  return { variables };
}

/** The most telling difference: that of the only candidate with the same name, else that there is none. */
function closest(wanted: XmlElement, left: readonly XmlElement[], outcomes: readonly Outcome[]): Difference {
  const same = left.flatMap((candidate, i) => (candidate.name === wanted.name ? [outcomes[i]] : []));
  const [only] = same;
  if (same.length === 1 && only && isDifference(only)) return only;
  return { path: within(wanted), why: same.length === 0 ? "is missing" : `matches none of ${same.length}` };
}

function matchElement(expected: XmlElement, actual: XmlElement, extent: Extent, known: Variables): Outcome {
  const path = within(expected);
  if (expected.name !== actual.name) return { path, why: `found ${actual.name}` };
  const variables = matchAttributes(expected, actual, extent, known);
  if (!variables) return { path, why: "has other attributes" };
  if (expected.children.length > 0) {
    const outcome = matchChildren(expected, actual, extent, variables);
    return isDifference(outcome) ? { path: `${path} / ${outcome.path}`, why: outcome.why } : outcome;
  }
  if (extent === "part" && expected.text.trim() === "") return { variables };
  if (actual.children.length > 0 && expected.text.trim() !== "{{*}}") return { path, why: "has child elements" };
  const caught = matchText(expected.text.trim(), actual.text.trim(), variables);
  return caught ? { variables: caught } : { path, why: `is "${actual.text.trim()}", not "${expected.text.trim()}"` };
}

/** Compares XML by meaning. Gives the values caught, or one sentence about the first difference. */
export function compareXml(
  expected: XmlElement,
  actual: XmlElement,
  extent: Extent,
  variables: Variables,
): { readonly variables: Variables } | { readonly difference: string } {
  const outcome = matchElement(expected, actual, extent, variables);
  return isDifference(outcome) ? { difference: `${outcome.path} ${outcome.why}` } : outcome;
}
