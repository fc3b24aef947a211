/**
 * A jCal component (RFC 7265): name in lower case, properties, subcomponents. The parsed jCal is the truth in memory.
 */
export type JComponent = [name: string, properties: JProperty[], components: JComponent[]];

/**
 * A jCal property (RFC 7265 3.4): name in lower case, parameters (names in lower case, VALUE left out), value type in lower case, values.
 *
 * Values by type: `date` "2026-01-31"; `date-time` "2026-01-31T10:00:00" (a UTC one ends in "Z"); `duration` "PT1H";
 * `period` [start, end or duration]; `utc-offset` "+01:00"; `recur` a {@link JRecur}; `integer`, `float` numbers;
 * structured values (GEO, REQUEST-STATUS) one array. A property of unknown name and no VALUE has type `unknown` and its raw text.
 */
export type JProperty = [name: string, params: JParams, type: string, ...values: unknown[]];

export type JParams = Record<string, string | string[]>;

/** A RECUR value (RFC 7265 3.6.10): part names in lower case, a list of one is a plain value, UNTIL in jCal form, WKST "MO". */
export type JRecur = Record<string, JRecurPart>;

export type JRecurPart = number | string | (number | string)[];

/** All properties of that name (lower case), in document order. */
export function properties(component: JComponent, name: string): readonly JProperty[] {
  return component[1].filter((property) => property[0] === name);
}

/** The first property of that name (lower case). */
export function property(component: JComponent, name: string): JProperty | undefined {
  return component[1].find((each) => each[0] === name);
}

/** The first value of the first property of that name when it is text, unescaped; undefined when absent. */
export function text(component: JComponent, name: string): string | undefined {
  const value = property(component, name)?.[3];
  return typeof value === "string" ? value : undefined;
}

/** Direct subcomponents of that name (lower case), in document order. */
export function subcomponents(component: JComponent, name: string): readonly JComponent[] {
  return component[2].filter((each) => each[0] === name);
}

/** The value of a parameter (lower case); the first one when it has several. */
export function param(of: JProperty, name: string): string | undefined {
  const value = Object.hasOwn(of[1], name) ? of[1][name] : undefined;
  return Array.isArray(value) ? value[0] : value;
}

/** All values of a property; a property with an empty value has one, the empty text. */
export function values(of: JProperty): readonly unknown[] {
  return of.slice(3);
}
