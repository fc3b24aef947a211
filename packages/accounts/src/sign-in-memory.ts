import { hash } from "node:crypto";
import type { Requester } from "@kalends/dav-core";
import { shownAgent } from "@kalends/store";
import { LRUCache } from "lru-cache";
import { isWithin } from "./networks.js";
import type { SignIn } from "./sign-in-result.js";

/** A sign-in that was found good. Nothing in it is secret to those who hold no key. */
export interface KnownSignIn {
  /** Keyed digest of what the client sent. */
  readonly name: string;
  readonly requester: Requester;
  /** Epoch milliseconds. */
  readonly until: number;
  /** Where it may be used from; null = anywhere. */
  readonly networks: readonly string[] | null;
}

interface Remembered extends KnownSignIn {
  /** Programs that were seen to use it, as the audit log shows them, so none is longer than what it keeps. */
  readonly agents: Set<string | null>;
}

export interface SignInMemory {
  /** The name under which a sign-in with this secret is remembered. */
  nameOf(secret: string): string;
  /** What is remembered under a name, where it may be used. What is too old is forgotten. */
  find(name: string, by: SignIn): Remembered | undefined;
  /** Keeps what was found good for this program. */
  keep(known: KnownSignIn, by: SignIn): void;
  /** Keeps what another process has checked. */
  learn(known: KnownSignIn): void;
  forget(requester: Pick<Requester, "id">): void;
}

export interface SignInMemoryOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly key: Uint8Array;
  /** How many sign-ins are remembered. */
  readonly capacity: number;
}

/** Remembers good sign-ins, so that they need not be checked at each request. */
export function createSignInMemory({ clock, key, capacity }: SignInMemoryOptions): SignInMemory {
  const cache = new LRUCache<string, Remembered>({ max: capacity });
  const salt = Buffer.from(key).toString("base64");
  return {
    // Only this keyed digest of a secret stays in memory. No client sees it, so a key in front does, in a third of HMAC's time.
    nameOf: (secret) => hash("sha256", `${salt}\0${secret}`, "base64"),
    find(name, { address }) {
      const known = cache.get(name);
      if (known && known.until <= clock()) cache.delete(name);
      else if (known && (known.networks === null || isWithin(address, known.networks))) return known;
      return undefined;
    },
    keep: (known, by) => void cache.set(known.name, { ...known, agents: new Set([shownAgent(by.agent)]) }),
    learn(known) {
      if (!cache.has(known.name)) cache.set(known.name, { ...known, agents: new Set() });
    },
    forget({ id }) {
      for (const [name, { requester }] of cache) if (requester.id === id) cache.delete(name);
    },
  };
}

/** Programs noted with one remembered sign-in; whoever names himself anew each time is not noted for ever. */
const AGENTS = 16;

/** Whether a program is the first time seen with a remembered sign-in; from now on it has been. */
export function isNewProgram({ agents }: Remembered, by: SignIn): boolean {
  const agent = shownAgent(by.agent);
  if (agents.has(agent) || agents.size >= AGENTS) return false;
  agents.add(agent);
  return true;
}
