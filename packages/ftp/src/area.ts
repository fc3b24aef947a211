/** A file of the folder. */
export interface FtpFile {
  readonly name: string;
  /** Octets. */
  readonly size: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
}

/** The folder as one signed-in person finds it. What cannot be done is thrown as `FtpRefusal`. */
export interface FtpArea {
  list(): Promise<readonly FtpFile[]>;
  read(name: string): Promise<{ readonly file: FtpFile; readonly data: Uint8Array }>;
  /** Refuses before anything is sent what would be refused whatever is sent. */
  checkWrite(name: string): Promise<void>;
  /** Takes the whole of a file; one that is refused leaves the old one in place. */
  write(name: string, data: Uint8Array): Promise<"added" | "replaced">;
  remove(name: string): Promise<void>;
}

/** What a client gave to sign in with. */
export interface FtpCredentials {
  readonly name: string;
  readonly password: string;
  readonly address: string;
  readonly isEncrypted: boolean;
  /** The host name the client asked for in the TLS handshake (RFC 6066 3). */
  readonly host: string | null;
}

/** `who` is for the log. */
export type FtpSignIn =
  { readonly ok: true; readonly who: string; readonly area: FtpArea } | { readonly ok: false; readonly text: string };
