/**
 * The request target as a path with its query, or `*` (RFC 9112 3.2): the absolute form, which proxies send, loses its
 * scheme and authority; `webcal` stands for `http` (DSC-44). Null for anything else, which no URL parser below needs to see.
 */
export function targetOf(target: string): string | null {
  if (target === "*") return target;
  const rest = target.replace(/^(?:https?|webcals?):\/\/[^/?#]*/i, "");
  const path = rest === "" || rest.startsWith("?") ? `/${rest}` : rest;
  return target !== "" && path.startsWith("/") ? path : null;
}
