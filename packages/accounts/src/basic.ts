/** What a client sent with the Basic scheme. */
export interface BasicCredentials {
  /** Lower case; the domain is null where none is said. */
  readonly login: string;
  readonly domain: string | null;
  readonly password: string;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

// Older clients send ISO 8859-1; such octets are hardly ever valid UTF-8 by chance.
function decoded(octets: Buffer): string {
  try {
    return utf8.decode(octets);
  } catch {
    return octets.toString("latin1");
  }
}

/** Reads an `Authorization` header (RFC 7617); undefined when it is absent, of another scheme, or not well-formed. */
export function readBasic(header: string | undefined): BasicCredentials | undefined {
  const token = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i.exec(header ?? "")?.[1];
  if (token === undefined) return undefined;
  const text = decoded(Buffer.from(token, "base64"));
  const colon = text.indexOf(":");
  if (colon < 0) return undefined;
  const name = text.slice(0, colon).normalize("NFC").toLowerCase();
  const password = text.slice(colon + 1);
  const at = name.lastIndexOf("@");
  if (at < 0) return { login: name, domain: null, password };
  return { login: name.slice(0, at), domain: name.slice(at + 1), password };
}
