import { COLLATIONS, type Collation } from "@kalends/icalendar";

/** The collation a request names; "default" and none at all mean ascii-casemap (CAL-69). Undefined = not supported. */
export function collationNamed(name: string | undefined): Collation | undefined {
  if (name === undefined || name === "default") return "i;ascii-casemap";
  return COLLATIONS.find((collation) => collation === name.toLowerCase());
}
