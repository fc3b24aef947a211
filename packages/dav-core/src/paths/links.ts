import type { Links } from "../exchange.js";
import type { PrincipalName } from "../resource.js";
import { principalsSegment } from "./address.js";
import { encodeSegment } from "./segments.js";

/**
 * Canonical hrefs as seen from a domain (the one chosen by `Host`): homes of that domain without it, all others as
 * `~login@domain`. Principals always carry their domain.
 */
export function createLinks(domain: string, mailboxRoot = "/CalDAV/", areaRoot = "/WebDAV/"): Links {
  const under = (root: string, who: PrincipalName): string => {
    const name = who.domain === domain ? who.login : `${who.login}@${who.domain}`;
    return `${root}~${encodeSegment(name)}/`;
  };
  const home = (who: PrincipalName): string => under(mailboxRoot, who);
  const principals = (kind?: PrincipalName["kind"]): string =>
    kind === undefined ? "/principals/" : `/principals/${principalsSegment(kind)}/`;
  return Object.freeze<Links>({
    root: "/",
    principals,
    principal: (who) => `${principals(who.kind)}${encodeSegment(`${who.login}@${who.domain}`)}/`,
    home,
    files: (who) => under(areaRoot, who),
    mailbox: (who, slug) => `${home(who)}${encodeSegment(slug)}/`,
  });
}
