/** What a request of the service may fail with, by its name in the registry (RFC 7808 10.1.4), and the status. */
const PROBLEMS = {
  "invalid-action": [400, "There is no such action."],
  "invalid-changedsince": [400, "The synchronization token was never given out here, or there are two."],
  "invalid-format": [
    406,
    "Time zones are given as text/calendar, application/calendar+json and application/calendar+xml.",
  ],
  "tzid-not-found": [404, "There is no time zone of that name."],
  "invalid-pattern": [400, "A pattern is a text with or without * at its ends."],
  "invalid-start": [400, "The start is missing, is no UTC date and time, or is beyond what is offered."],
  "invalid-end": [400, "The end is missing, is no UTC date and time, or is not after the start."],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;

export type TzProblemName = keyof typeof PROBLEMS;

/** What goes back to the client. */
export interface TzReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A failure as JSON (RFC 7808 4.1.7, RFC 7807). */
export function tzProblem(name: TzProblemName): TzReply {
  const [status, title] = PROBLEMS[name];
  return {
    status,
    headers: { "Content-Type": "application/problem+json", "Cache-Control": "no-cache" },
    body: JSON.stringify({ type: `urn:ietf:params:tzdist:error:${name}`, title, status }),
  };
}
