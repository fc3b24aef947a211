/** What is wrong with a change to the directory; the message is one sentence that says what to do. */
export class DirectoryError extends Error {
  override readonly name = "DirectoryError";
  constructor(
    readonly code: "invalid" | "taken" | "unknown",
    message: string,
  ) {
    super(message);
  }
}

export const invalid = (message: string): DirectoryError => new DirectoryError("invalid", message);
export const taken = (message: string): DirectoryError => new DirectoryError("taken", message);
export const unknown = (message: string): DirectoryError => new DirectoryError("unknown", message);

// Names that mean somebody else in access lists.
const RESERVED_LOGINS: ReadonlySet<string> = new Set(["anyone", "anonymous"]);

/** Folds and checks the name of an account, group or resource. Throws `DirectoryError`. */
export function checkedLogin(text: string): string {
  const login = text.trim().toLowerCase();
  if (!/^[a-z0-9._+-]{1,64}$/.test(login) || /^[.-]|\.$|\.\./.test(login)) {
    throw invalid(
      `"${text}" cannot be a name: use 1 to 64 letters, digits, ".", "_", "-" or "+"; not "." or "-" in front.`,
    );
  }
  if (RESERVED_LOGINS.has(login)) throw invalid(`"${login}" has a meaning in access lists: choose another name.`);
  return login;
}

/** Folds and checks the name of a domain (`localhost` and addresses do too). Throws `DirectoryError`. */
export function checkedDomain(text: string): string {
  const name = text.trim().toLowerCase().replace(/\.$/, "");
  const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
  if (name.length > 253 || !name.split(".").every((part) => label.test(part))) {
    throw invalid(`"${text}" is no domain name: write it like mail.example, in ASCII (xn-- form for other scripts).`);
  }
  return name;
}

/** Checks a name for people. Throws `DirectoryError`. */
export function checkedDisplayName(text: string): string {
  const name = text.trim();
  if (name === "" || name.length > 200 || /[\u0000-\u001f\u007f]/.test(name)) {
    throw invalid("A display name is 1 to 200 characters on one line.");
  }
  return name;
}

/** Checks a new password; how good it has to be is for whoever asks for it to say. Throws `DirectoryError`. */
export function checkedPassword(text: string): string {
  if (text === "") throw invalid("The password is empty: give one, or have one generated.");
  if (Buffer.byteLength(text) > 1024) throw invalid("The password is too long: use at most 1024 octets.");
  return text;
}

/** Splits `name[@domain]`; names without domain belong to `fallback`. Throws `DirectoryError`. */
export function accountName(text: string, fallback: string): { readonly login: string; readonly domain: string } {
  const at = text.lastIndexOf("@");
  if (at < 0) return { login: checkedLogin(text), domain: checkedDomain(fallback) };
  return { login: checkedLogin(text.slice(0, at)), domain: checkedDomain(text.slice(at + 1)) };
}
