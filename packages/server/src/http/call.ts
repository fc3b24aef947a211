import type { Tally } from "@kalends/store";
import type { IncomingMessage, ServerResponse } from "node:http";
import { requestIdOf, type Trusts } from "./request-id.js";

/** One HTTP request while it is answered. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Raw path, without the query. */
  readonly path: string;
  /** What the access log tells of it. */
  readonly state: CallState;
}

export interface CallState {
  readonly requestId: string;
  /** Who is signed in. */
  user?: string;
  /** The root of the body of a REPORT. */
  report?: string;
  /** The statements it takes besides sign-in. */
  tally?: Tally;
}

/** The path of a request target, without its query. */
export function pathOf({ url = "/" }: IncomingMessage): string {
  const cut = url.indexOf("?");
  return cut < 0 ? url : url.slice(0, cut);
}

export const openCall = (request: IncomingMessage, response: ServerResponse, trusts: Trusts): Call => ({
  request,
  response,
  path: pathOf(request),
  state: { requestId: requestIdOf(request, trusts) },
});
