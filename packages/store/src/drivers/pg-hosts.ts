/** Where a PostgreSQL may be found: several URLs where the first one's server may change with another. */
export interface Hosts {
  /** The URL to try now; it stays the same until it failed. */
  current(): string;
  /** That URL leads to no server that takes writes: the next one is tried. Says nothing of others tried meanwhile. */
  failed(url: string): void;
  readonly count: number;
  /** Whether a server found has to take writes. */
  readonly mustWrite: boolean;
  /** Whether a pooler stands in between that gives a session for one transaction only. */
  readonly pooled: boolean;
}

const SEVERAL = /^(postgres(?:ql)?:\/\/(?:[^@/?]*@)?)([^/?]+)(.*)$/s;

/** What is said for us and not for the driver: one parameter of libpq's, one of our own. */
function takeOwn(rest: string) {
  const [path = "", query = ""] = rest.split(/\?(.*)/s);
  const asked = new URLSearchParams(query);
  const own = { wanted: asked.get("target_session_attrs"), pooler: asked.get("pooler") };
  asked.delete("target_session_attrs");
  asked.delete("pooler");
  const isPlain = own.wanted === null && own.pooler === null;
  return { ...own, rest: isPlain ? rest : path + (asked.size > 0 ? `?${asked.toString()}` : "") };
}

/**
 * Reads `postgres://USER:PASSWORD@A:5432,B:5432/NAME?target_session_attrs=read-write`, as libpq does: the hosts are tried in
 * turn. With several hosts a server has to take writes, unless `any` is asked for. `pooler=transaction` tells of a pooler.
 */
export function hostsOf(url: string): Hosts {
  const [, start = "", hosts = "", tail = ""] = SEVERAL.exec(url) ?? [];
  const { rest, wanted, pooler } = takeOwn(tail);
  const names = hosts.split(",");
  const urls = start === "" ? [url] : names.map((host) => start + host + rest);
  let at = 0;
  const current = (): string => urls[at] ?? url;
  return {
    current,
    failed(tried) {
      if (tried === current()) at = (at + 1) % urls.length;
    },
    count: urls.length,
    pooled: pooler === "transaction",
    mustWrite: wanted === null ? urls.length > 1 : wanted !== "any",
  };
}
