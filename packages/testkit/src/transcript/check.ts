import { readXml, type XmlElement } from "@kalends/dav-xml";
import type { DavResponse } from "../client/connection.js";
import { compareXml } from "./compare.js";
import type { Expectation } from "./parse.js";
import { fill, matchText, type Variables } from "./template.js";

/** What came back, with the number of statements it took. */
export interface Outcome {
  readonly answer: DavResponse;
  readonly statements: readonly string[];
}

export interface Checked {
  readonly variables: Variables;
  /** One sentence about what differs; null = as expected. */
  readonly fault: string | null;
}

const PREFIXES =
  'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/" ' +
  'xmlns:A="http://apple.com/ns/ical/" xmlns:ME="http://me.com/_namespace/"';

/** An expected element; the usual prefixes need no declaration. */
function snippet(text: string): XmlElement {
  const [element] = readXml(`<snippet ${PREFIXES}>${text}</snippet>`).children;
  if (!element) throw new Error(`no element in: ${text}`);
  return element;
}

const unfolded = (text: string): string => text.replaceAll(/\r?\n[ \t]/g, "");

/** Compares one expectation with the answer. */
export function check(expected: Expectation, { answer, statements }: Outcome, variables: Variables): Checked {
  const verdict = (ok: boolean, fault: string): Checked => ({ variables, fault: ok ? null : fault });
  const { value, name } = expected;
  switch (expected.kind) {
    case "status":
      return verdict(answer.status === Number(value), `status is ${answer.status}, not ${value}`);
    case "statements":
      return verdict(statements.length === Number(value), `${statements.length} statements, not ${value}`);
    case "absent":
      return verdict(answer.headers[name] === undefined, `${name} is there: ${answer.headers[name]}`);
    case "header": {
      const told = answer.headers[name];
      const caught = told === undefined ? null : matchText(value, told, variables);
      return caught ? { variables: caught, fault: null } : verdict(false, `${name} is ${told}, not ${value}`);
    }
    case "has":
      return verdict(unfolded(answer.text).includes(fill(value, variables)), `the body lacks "${value}"`);
    case "lacks":
      return verdict(!unfolded(answer.text).includes(fill(value, variables)), `the body has "${value}"`);
    case "text": {
      const caught = matchText(value, answer.text.replaceAll("\r\n", "\n").trim(), variables);
      return caught ? { variables: caught, fault: null } : verdict(false, "the body is another text");
    }
    case "xml":
    case "part": {
      const outcome = compareXml(snippet(value), answer.xml(), expected.kind === "xml" ? "whole" : "part", variables);
      return "difference" in outcome
        ? verdict(false, outcome.difference)
        : { variables: outcome.variables, fault: null };
    }
  }
}
