/** Writes a value so that it stands for itself in a filter (RFC 4515 3). */
export const escapeFilterValue = (text: string): string =>
  text.replace(/[\\*()\0]/g, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);

/** Puts values, escaped, in the places `{name}` of a filter. Places without a value are left as they are. */
export const filledIn = (filter: string, values: Readonly<Record<string, string>>): string =>
  filter.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    return value === undefined ? place : escapeFilterValue(value);
  });
