import type { SecureContext } from "node:tls";
import type { FtpCredentials, FtpSignIn } from "./area.js";
import type { Names } from "./place.js";

/** One line for the log; never a password, and no name of somebody who did not sign in. */
export interface FtpEvent {
  readonly address: string;
  readonly who: string | null;
  readonly command: string;
  /** Of the file or folder; absent where none was named. */
  readonly path?: string;
  readonly code: number;
  readonly milliseconds: number;
  readonly isEncrypted: boolean;
}

export interface FtpOptions {
  /** The way to the folder, from the root. */
  readonly folder: Names;
  readonly greeting: string;
  signIn(credentials: FtpCredentials): Promise<FtpSignIn>;
  /** Null = no TLS. Asked at each `AUTH TLS`, so that a new certificate counts at once. */
  readonly secureContext: (() => SecureContext) | null;
  /** Nobody signs in, and nothing is transferred, without TLS. */
  readonly requireTls: boolean;
  readonly passive: {
    /** Ports the data connections of clients come to; null = any that is free. */
    readonly ports: { readonly from: number; readonly to: number } | null;
    /** IPv4 address clients are told, where it differs from the one they came to; null = that one. */
    readonly address: string | null;
  };
  /** Serve PORT and EPRT too. */
  readonly active: boolean;
  /** Octets of the largest file. */
  readonly size: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** Addresses that count as one. */
  addressBlock(address: string): string;
  /** Milliseconds without a command after which a connection ends. */
  readonly idle: number;
  /** Milliseconds one transfer may take. */
  readonly transfer: number;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** At least 0, less than 1. */
  readonly random: () => number;
  log(event: FtpEvent): void;
  /** Notes what nobody foresaw; gives an id the client is told. */
  fault(error: unknown): string;
}
