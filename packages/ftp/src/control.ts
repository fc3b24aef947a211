import type { Socket } from "node:net";
import type { SecureContext } from "node:tls";
import type { Answer } from "./answer.js";
import type { FtpArea } from "./area.js";
import type { FtpOptions } from "./options.js";
import type { Names } from "./place.js";

/** A data connection that was agreed on and is not open yet. */
export interface Channel {
  /** Opens it. Throws `FtpRefusal` where that cannot be done. */
  connect(signal: AbortSignal): Promise<Socket>;
  close(): void;
}

/** Somebody who signed in, and the folder as he finds it. */
export interface SignedIn {
  readonly who: string;
  readonly area: FtpArea;
}

/** What a client has said and agreed on so far. */
export interface State {
  /** Given by USER, until PASS. */
  name: string | null;
  failures: number;
  signedIn: SignedIn | null;
  at: Names;
  /** That of the control connection; data connections resume its session. */
  context: SecureContext | null;
  /** PBSZ was sent. */
  isSized: boolean;
  /** PROT P: data connections are encrypted. */
  isProtected: boolean;
  /** EPSV ALL: no other way to open data connections is taken any more. */
  onlyExtended: boolean;
  channel: Channel | null;
  /** Ends the transfer that is going on. */
  transfer: AbortController | null;
}

/** A control connection, as commands see it. */
export interface Control {
  readonly options: FtpOptions;
  readonly state: State;
  /** Of the client, IPv4 where it is mapped into IPv6. */
  readonly address: string;
  /** The address the client came to. */
  readonly localAddress: string;
  /** The host name of the TLS handshake. */
  readonly host: () => string | null;
  say(answer: Answer): void;
}

export const newState = (): State => ({
  name: null,
  failures: 0,
  signedIn: null,
  at: [],
  context: null,
  isSized: false,
  isProtected: false,
  onlyExtended: false,
  channel: null,
  transfer: null,
});

/** Gives up the data connection that was agreed on, if any, in favour of another. */
export function replaceChannel({ state }: Control, channel: Channel | null): void {
  state.channel?.close();
  state.channel = channel;
}

/** A command. Those that need a sign-in are given it. */
export type Command =
  | {
      readonly needs: "nothing";
      readonly isLogged?: true;
      run(control: Control, argument: string): Answer | Promise<Answer>;
    }
  | {
      readonly needs: "sign-in";
      readonly isLogged?: true;
      run(control: Control, argument: string, by: SignedIn): Answer | Promise<Answer>;
    };

export type Commands = Readonly<Record<string, Command>>;
