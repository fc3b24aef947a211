import type { JComponent, JProperty } from "../jcal.js";
import { isReadable } from "./readable.js";

/**
 * A component as RFC 7265 wants it. What parsing keeps as written, because it is no value of its type, has the type `unknown`
 * here (RFC 7265 5.1); a structure of one field is that field (3.4.1.3), a list without values one empty text.
 */
export function jcalOf([name, properties, components]: JComponent): JComponent {
  return [name, properties.map(jcalProperty), components.map(jcalOf)];
}

function jcalProperty(property: JProperty): JProperty {
  const [name, params, type, ...values] = property;
  if (values.length === 0) return [name, params, "unknown", ""];
  if (!values.every((value) => isReadable(type, value)))
    return [name, params, "unknown", values.map(asWritten).join(",")];
  return [name, params, type, ...values.map((value) => single(value, type))];
}

const single = (value: unknown, type: string): unknown =>
  Array.isArray(value) && value.length === 1 && type !== "period" ? value[0] : value;

/** Dates that could be read beside one that could not are told in their text form too. */
function asWritten(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(";") : String(value);
}
