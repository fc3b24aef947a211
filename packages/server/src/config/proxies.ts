import { checkedNetwork } from "@kalends/accounts";
import { z } from "zod";

const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"],
};

/** The networks of a list such as `loopback, 192.0.2.0/24`; null = everybody who connects. */
export function trustedNetworks(setting: boolean | string): readonly string[] | null {
  if (setting === true || setting === "true") return null;
  if (setting === false || setting === "false") return [];
  const words = setting.split(/[\s,]+/).filter((each) => each !== "");
  return words.flatMap((word) => NAMED[word] ?? [word]);
}

function isTrust(setting: boolean | string): boolean {
  try {
    trustedNetworks(setting)?.map(checkedNetwork);
    return true;
  } catch {
    return false;
  }
}

/** Names right below the root that are the server's own: a prefix of the same name could not be told from them. */
const OWN =
  /^\/(?:\.well-known|api|CalDAV|caldav|CalendarData|calendars|feeds|healthz|metrics|principals|pub|readyz|tz|UserDAV|WebDAV)(?:\/|$)/;

export const publicUrl = z
  .url({ protocol: /^https?$/, error: "must be a URL that begins with http:// or https://" })
  .refine(
    (url) => !URL.canParse(url) || !OWN.test(new URL(url).pathname),
    "must not end in a name the server uses itself",
  )
  .refine((url) => !/[?#]/.test(url), "must have no ? and no #")
  .optional()
  .describe("Base URL people use, when it differs from what the server sees (behind a proxy); it may end in a path");

export const trustProxy = z
  .union([z.boolean(), z.string()])
  .refine(isTrust, "must be addresses and networks like 10.0.0.0/8, the words loopback and private, or true or false")
  .default(false)
  .describe(
    "Proxies whose forwarding headers are believed: addresses, networks, loopback, private; true = everybody who connects",
  );

export const proxyHeader = z
  .enum(["x-forwarded", "forwarded"])
  .default("x-forwarded")
  .describe(
    "Which headers these proxies set: x-forwarded (X-Forwarded-For, -Proto, -Host, ...) or forwarded (RFC 7239)",
  );
