import type { IncomingMessage } from "node:http";
import type { Authenticator, SignInFailure, SignInResult } from "@kalends/accounts";
import type { House } from "../compose.js";
import type { HostDomain } from "./hosts.js";
import type { Origin } from "./origin.js";
import type { WholeReply } from "./send.js";

/** One constant realm: Thunderbird groups calendars by it (DSC-14). */
const CHALLENGES: Readonly<Record<Authenticator["schemes"][number], string>> = {
  basic: 'Basic realm="Kalends", charset="UTF-8"',
  bearer: 'Bearer realm="Kalends"',
};

export function signIn(
  house: House,
  request: IncomingMessage,
  origin: Origin,
  domain: HostDomain,
): Promise<SignInResult> {
  return house.authenticator.authenticate({
    authorization: request.headers.authorization,
    address: origin.address,
    domain,
    agent: request.headers["user-agent"],
  });
}

/** The schemes on offer, each in a field of its own; a token that was not good is told so (RFC 6750 3.1). */
function challenges({ authenticator }: House, { reason, scheme }: SignInFailure): string[] {
  const refused = reason === "wrong" && scheme === "bearer" ? ', error="invalid_token"' : "";
  return authenticator.schemes.map((each) => CHALLENGES[each] + (each === "bearer" ? refused : ""));
}

/** The header that every 401 bears (RFC 9110 15.5.2). */
export const offeredSchemes = (house: House, failed: SignInFailure): [name: string, values: string[]] => [
  "WWW-Authenticate",
  challenges(house, failed),
];

const WAITS = {
  throttled: { status: 429, text: "too many failed sign-ins; wait before the next one, or use an app password\n" },
  unavailable: { status: 503, text: "sign-ins cannot be checked at the moment; try again later\n" },
} as const;

const TEXT = { "Content-Type": "text/plain; charset=utf-8" };

/** 401 with the challenges; 429 while sign-ins are held off, 503 while nobody can check them. */
export function challenge(house: House, failed: SignInFailure): WholeReply {
  if (failed.reason === "throttled" || failed.reason === "unavailable") {
    const { status, text } = WAITS[failed.reason];
    return { status, headers: { ...TEXT, "Retry-After": String(Math.ceil(failed.retryAfter ?? 60)) }, body: text };
  }
  const body = failed.reason === "none" ? "sign in with name and password\n" : "wrong name or password\n";
  return { status: 401, headers: { ...TEXT, ...Object.fromEntries([offeredSchemes(house, failed)]) }, body };
}
