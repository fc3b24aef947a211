const DATE = /^\d{4}-\d\d-\d\d$/;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?$/;
const DURATION = /^[+-]?P[\dWDTHMS]+$/i;

const matching = (form: RegExp) => (value: unknown) => typeof value === "string" && form.test(value);
const isNumber = (value: unknown) => typeof value === "number";
const isDateTime = matching(DATE_TIME);
const isDuration = matching(DURATION);

/** The jCal forms of RFC 7265 3.6; types that are not here take any text. */
const FORMS: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ["date", matching(DATE)],
  ["date-time", isDateTime],
  ["time", matching(/^\d\d:\d\d:\d\dZ?$/)],
  ["utc-offset", matching(/^[+-]\d\d:\d\d(:\d\d)?$/)],
  ["duration", isDuration],
  ["boolean", (value: unknown) => typeof value === "boolean"],
  ["integer", isNumber],
  ["float", (value: unknown) => (Array.isArray(value) ? value.every(isNumber) : isNumber(value))],
  ["recur", (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value)],
  ["period", isPeriod],
]);

function isPeriod(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  return isDateTime(value[0]) && (isDateTime(value[1]) || isDuration(value[1]));
}

/** Whether a value of the parsed model has the form of its type; parsing keeps what it cannot read as text. */
export function isReadable(type: string, value: unknown): boolean {
  return FORMS.get(type)?.(value) ?? true;
}
