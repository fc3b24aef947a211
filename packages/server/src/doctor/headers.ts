import { ask, codeOf } from "./ask.js";
import { type Check, type Found, one, type Scene, skip, type TrialAccount, type Verdict } from "./check.js";
import { isThere } from "./public.js";

/** What the server says of a request, see `GET /api/origin`. */
interface Seen {
  readonly base: string;
  readonly host: string;
  readonly address: string;
  readonly forwarded: boolean;
  readonly trusted: boolean;
  readonly headers: readonly string[];
}

/** Headers that clients send and proxies forget. */
const SENT: Readonly<Record<string, string>> = {
  Depth: "0",
  Destination: "http://localhost/x",
  "If-Match": '"x"',
  "If-None-Match": '"x"',
  If: "(<opaquelocktoken:x>)",
  "Lock-Token": "<opaquelocktoken:x>",
  Overwrite: "F",
  Prefer: "return=minimal",
  "Schedule-Reply": "F",
  Timeout: "Second-10",
};

function compare(seen: Seen, { base, isPublic }: Scene): readonly Found[] {
  const wanted = new URL(base);
  const found: Found[] = [];
  const missing = Object.keys(SENT).filter((name) => !seen.headers.includes(name.toLowerCase()));
  if (missing.length > 0) found.push({ cause: "proxy-header", detail: missing.join(", ") });
  if (isPublic && seen.host !== wanted.hostname.replace(/^\[|\]$/g, "").toLowerCase()) {
    found.push({ cause: "proxy-host", detail: `it was asked as ${seen.host}, not ${wanted.hostname}` });
  }
  const believed = new URL(seen.base);
  if (believed.protocol !== wanted.protocol) {
    found.push({ cause: "proxy-scheme", detail: `it believes to be at ${seen.base}` });
  }
  if (believed.pathname.replace(/\/+$/, "") !== wanted.pathname.replace(/\/+$/, "")) {
    found.push({ cause: "proxy-prefix", detail: `it believes to be at ${seen.base}` });
  }
  if (seen.forwarded && !seen.trusted) {
    found.push({ cause: "proxy-untrusted", detail: `everybody comes from ${seen.address}` });
  }
  return found;
}

/** The account that is needed, or why there is none. */
export async function trialAccount(scene: Scene): Promise<TrialAccount | Verdict> {
  return scene.account().catch((error: unknown) => one("account-failed", (error as Error).message));
}

export const isAccount = (made: TrialAccount | Verdict): made is TrialAccount => "authorization" in made;

/** That what the client says of itself and of what it wants arrives. */
export const headersCheck: Check = {
  name: "headers",
  about: "host, scheme and headers through the proxy",
  needs: ["settings", "database", "schema", "public", "tls", "names", "listener"],
  async run(scene) {
    if (!(await isThere(scene.base))) return skip("no server runs");
    const account = await trialAccount(scene);
    if (!isAccount(account)) return account;
    const headers = { ...SENT, Authorization: account.authorization };
    const answer = await ask(`${scene.base}/api/origin`, { headers }).catch((error: unknown) => codeOf(error));
    if (typeof answer === "string") return one("public-unreachable", answer);
    if (answer.status === 401)
      return one("proxy-header", "Authorization, or the server at the public address keeps other accounts");
    if (answer.status !== 200) return skip(`the server tells nothing (status ${answer.status})`);
    const found = compare(JSON.parse(answer.body) as Seen, scene);
    return { found, note: `${Object.keys(SENT).length} headers` };
  },
};
