import { createHash } from "node:crypto";
import {
  type AuditEntry,
  type AuditKind,
  insertAudit,
  insertDevice,
  type ReadTx,
  type SignInRow,
  shownAgent,
} from "@kalends/store";
import { LRUCache } from "lru-cache";
import { addressBlock } from "./networks.js";
import type { SignIn, Verified } from "./sign-in-result.js";

const HOUR = 3_600_000;
const REMEMBERED_DEVICES = 10_000;

type From = Pick<SignIn, "address" | "agent">;
type Who = Pick<SignInRow, "id" | "login" | "domain">;

export interface SignInLog {
  /** Adds an entry the first time an account is signed in with this program and these means. */
  succeeded(verified: { readonly row: Who } & Pick<Verified, "means">, from: From): Promise<void>;
  /** Counts a failure in the entry of the hour; `row` is absent where there is no such account. */
  failed(row: SignInRow | undefined, from: From): Promise<void>;
  locked(row: SignInRow | undefined, from: From): Promise<void>;
}

const nameOf = ({ login, domain }: Who): string => `${login}@${domain}`;

/** One program whatever its version: an update is no new device. */
const family = (agent: string): string => agent.replace(/[\d._]+/g, "").trim();

/** What the audit log tells of sign-ins. Names nobody has are not written down: now and then one is a password. */
export function createSignInLog(db: ReadTx, clock: () => number): SignInLog {
  const devices = new LRUCache<string, true>({ max: REMEMBERED_DEVICES });

  const entry = (
    kind: AuditKind,
    row: Who | undefined,
    from: From,
    more: { readonly detail: string; readonly bucket?: string; readonly agent?: boolean },
  ): AuditEntry & { readonly at: number } => ({
    at: clock(),
    kind,
    account: row ? nameOf(row) : "(unknown)",
    principal: row?.id ?? null,
    actor: row && kind === "sign-in.device" ? nameOf(row) : "(nobody)",
    address: kind === "sign-in.device" ? from.address : addressBlock(from.address),
    agent: shownAgent(from.agent),
    detail: more.detail,
    bucket: more.bucket ?? null,
  });

  return Object.freeze<SignInLog>({
    async succeeded({ row, means }, from) {
      const device = createHash("sha256")
        .update(`${means}\0${family(shownAgent(from.agent) ?? "")}`)
        .digest("base64url");
      const key = `${row.id} ${device}`;
      if (devices.has(key)) return;
      await db.rows(insertDevice(row.id, device, entry("sign-in.device", row, from, { detail: `with ${means}` })));
      devices.set(key, true);
    },
    async failed(row, from) {
      const hour = Math.floor(clock() / HOUR);
      const bucket = `failed ${hour} ${row?.id ?? ""} ${addressBlock(from.address)}`;
      await db.rows(insertAudit(entry("sign-in.failed", row, from, { detail: "wrong password or name", bucket })));
    },
    async locked(row, from) {
      await db.rows(insertAudit(entry("sign-in.locked", row, from, { detail: "too many failed sign-ins" })));
    },
  });
}
