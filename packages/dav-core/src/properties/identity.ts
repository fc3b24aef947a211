import { dav, href, hrefs } from "@kalends/dav-xml";
import { property } from "../property.js";
import type { PrincipalName, Resource } from "../resource.js";

/** The asker, on whatever he looks at; null = nobody has signed in. */
export const currentUserPrincipal = property<string | null>({
  name: dav("current-user-principal"),
  spec: "RFC 5397 3",
  on: ["*"],
  allprop: false,
  needs: "l",
  source: { from: "row", value: (_, cx) => (cx.by ? cx.links.principal(cx.by) : null) },
  codec: {
    write(out, value) {
      if (value === null) out.leaf(dav("unauthenticated"));
      else href.write(out, value);
    },
  },
});

export const principalUrl = property<string>({
  name: dav("principal-URL"),
  spec: "RFC 3744 4.2",
  on: ["principal"],
  allprop: false,
  needs: "l",
  source: { from: "row", value: (at, cx) => (at.rows === "principal" ? cx.links.principal(at.principal) : undefined) },
  codec: href,
});

export const principalCollectionSet = property<readonly string[]>({
  name: dav("principal-collection-set"),
  spec: "RFC 3744 5.8",
  on: ["*"],
  allprop: false,
  needs: "l",
  source: { from: "row", value: (_, cx) => [cx.links.principals()] },
  codec: hrefs,
});

function ownerOf(at: Resource): PrincipalName | undefined {
  if (at.rows === "principal") return at.principal;
  return "collection" in at ? at.collection.owner : undefined;
}

/** On shares and delegated calendars it is the one who gave them; a principal is his own; the rest is nobody's (RFC 3744 5.1). */
export const owner = property<readonly string[]>({
  name: dav("owner"),
  spec: "RFC 3744 5.1",
  on: ["*"],
  allprop: false,
  needs: "l",
  source: {
    from: "row",
    value(at, cx) {
      const who = ownerOf(at);
      return who ? [cx.links.principal(who)] : [];
    },
  },
  codec: hrefs,
});

/** Resources belong to a person, never to a group. */
export const group = property<readonly string[]>({
  name: dav("group"),
  spec: "RFC 3744 5.2",
  on: ["*"],
  allprop: false,
  source: { from: "row", value: () => [] },
  codec: hrefs,
});

export const identityProperties = [currentUserPrincipal, principalUrl, principalCollectionSet, owner, group] as const;
