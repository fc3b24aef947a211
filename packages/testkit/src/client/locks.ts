import type { DavClient } from "./client.js";
import type { DavResponse } from "./connection.js";

/** What a LOCK asks for; exclusive and Depth 0 unless said otherwise. */
export interface LockRequest {
  readonly scope?: "exclusive" | "shared";
  readonly depth?: "0" | "infinity";
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer to a LOCK, and the token when there was one. */
export interface LockAnswer {
  readonly status: number;
  readonly token: string | null;
  readonly answer: DavResponse;
}

/** Takes a lock (RFC 4918 9.10.1). */
export async function takeLock(client: DavClient, path: string, wanted: LockRequest = {}): Promise<LockAnswer> {
  const { scope = "exclusive", depth = "0", headers = {} } = wanted;
  const body = `<lockinfo xmlns="DAV:"><lockscope><${scope}/></lockscope><locktype><write/></locktype></lockinfo>`;
  const answer = await client.request("LOCK", path, { headers: { Depth: depth, ...headers }, body });
  const [, token] = /^<(.+)>$/.exec(answer.headers["lock-token"] ?? "") ?? [];
  return { status: answer.status, token: token ?? null, answer };
}

/** Gives a lock back (RFC 4918 9.11). */
export const giveBack = (client: DavClient, path: string, token: string): Promise<DavResponse> =>
  client.request("UNLOCK", path, { headers: { "Lock-Token": `<${token}>` } });

/** The `If` header that submits a token of the resource written. */
export const submitting = (token: string): Readonly<Record<string, string>> => ({ If: `(<${token}>)` });
