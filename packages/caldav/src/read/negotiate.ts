interface Liking {
  readonly q: number;
  /** How exactly the type is named: 2 itself, 1 as one of its kind, 0 by any type, -1 not at all. */
  readonly closeness: number;
}

/** How much an `Accept` header likes a media type: the closest range counts (RFC 9110 12.5.1). */
function liking(accept: string, type: string): Liking {
  const [main] = type.split("/");
  const ranges = accept.split(",").map((part) => {
    const [range = "", ...params] = part.split(";").map((piece) => piece.trim().toLowerCase());
    const q = Number(params.find((param) => param.startsWith("q="))?.slice(2) ?? 1);
    const closeness = range === type ? 2 : range === `${main}/*` ? 1 : range === "*/*" ? 0 : -1;
    return { closeness, q: Number.isFinite(q) ? q : 0 };
  });
  const [best] = ranges.filter(({ closeness }) => closeness >= 0).sort((a, b) => b.closeness - a.closeness);
  return best ?? { closeness: -1, q: 0 };
}

/** Whether an `Accept` header takes a media type at all; everything where there is none (RFC 9110 12.5.1). */
export function isAcceptable(accept: string | undefined, type: string): boolean {
  return accept === undefined || accept.trim() === "" || liking(accept, type).q > 0;
}

/**
 * The media type to answer with: `main` unless another one is named itself and liked more, or liked as much where `main` is
 * liked only by a wildcard. Nothing liked at all is `main` too: better an answer than a 406 (RFC 9110 12.5.1).
 */
export function negotiate(accept: string | undefined, main: string, others: readonly string[]): string {
  if (accept === undefined) return main;
  let chosen = { type: main, ...liking(accept, main) };
  for (const type of others) {
    const { q, closeness } = liking(accept, type);
    if (closeness < 2 || q === 0) continue;
    if (q > chosen.q || (q === chosen.q && closeness > chosen.closeness)) chosen = { type, q, closeness };
  }
  return chosen.type;
}
