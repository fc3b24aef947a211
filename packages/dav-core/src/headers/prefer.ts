export interface Preferences {
  readonly minimal: boolean;
  readonly representation: boolean;
  readonly depthNoroot: boolean;
}

type Headers = ReadonlyMap<string, string>;

function tokens(header: string): ReadonlySet<string> {
  const named = header.split(",").map((item) => {
    const [first = ""] = item.split(";");
    return first.replaceAll(/[\s"]/g, "").toLowerCase();
  });
  return new Set(named);
}

/** `Prefer` and Microsoft's `Brief: t`; minimal wins over representation, unknown ones are ignored (RFC 7240, 8144). */
export function parsePreferences(headers: Headers): Preferences {
  const wanted = tokens(headers.get("prefer") ?? "");
  const minimal = wanted.has("return=minimal") || headers.get("brief")?.trim().toLowerCase() === "t";
  return {
    minimal,
    representation: wanted.has("return=representation") && !minimal,
    depthNoroot: wanted.has("depth-noroot"),
  };
}

/** True when 404 propstats and the bodies of successes may be left out (RFC 8144 2). */
export const wantsMinimal = (cx: { readonly headers: Headers }): boolean => parsePreferences(cx.headers).minimal;

const NAMES = { minimal: "return=minimal", representation: "return=representation", depthNoroot: "depth-noroot" };

/**
 * `Vary` for an answer that can differ by preference, and `Preference-Applied` for those honoured here (RFC 7240 3,
 * RFC 8144 2).
 */
export function preferenceHeaders(honoured: Partial<Preferences>): Readonly<Record<string, string>> {
  const applied = (Object.keys(NAMES) as (keyof Preferences)[]).filter((key) => honoured[key]).map((key) => NAMES[key]);
  return { Vary: "Prefer, Brief", ...(applied.length > 0 ? { "Preference-Applied": applied.join(", ") } : {}) };
}
