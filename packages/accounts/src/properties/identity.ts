import { type AnyProperty, type Exchange, type PrincipalKind, type PrincipalRow, property } from "@kalends/dav-core";
import { type Clark, type Codec, cal, cs, dav, href, hrefs, text } from "@kalends/dav-xml";

/** A property that the principal's row answers. */
const ofRow = <V>(
  name: Clark,
  spec: string,
  codec: Codec<V>,
  value: (who: PrincipalRow, cx: Exchange) => V | undefined,
): AnyProperty =>
  property<V>({
    name,
    spec,
    on: ["principal"],
    allprop: false,
    source: { from: "row", value: (at, cx) => (at.rows === "principal" ? value(at.principal, cx) : undefined) },
    codec,
  });

const USER_TYPES: Readonly<Record<PrincipalKind, string>> = {
  user: "INDIVIDUAL",
  group: "GROUP",
  resource: "RESOURCE",
  location: "ROOM",
};

const RECORD_TYPES: Readonly<Record<PrincipalKind, string>> = {
  user: "users",
  group: "groups",
  resource: "resources",
  location: "locations",
};

const EXTENSIONS = "CalendarServer principal extensions";

/** Delegation does not exist yet: nobody acts for anybody. */
const nobody = (): readonly string[] => [];

export const identityProperties: readonly AnyProperty[] = [
  ofRow(cal("calendar-home-set"), "RFC 4791 6.2.1", hrefs, (who, cx) =>
    who.hasHome ? [cx.links.home(who)] : undefined,
  ),
  ofRow(cal("schedule-inbox-URL"), "RFC 6638 2.2.1", href, (who, cx) =>
    who.hasHome ? cx.links.mailbox(who, "inbox") : undefined,
  ),
  ofRow(cal("calendar-user-type"), "RFC 6638 2.4.2", text, ({ kind }) => USER_TYPES[kind]),
  ofRow(dav("alternate-URI-set"), "RFC 3744 4.1", hrefs, ({ uuid }) => [`urn:uuid:${uuid}`]),
  ofRow(dav("resource-id"), "RFC 5842 3.1", href, ({ uuid }) => `urn:uuid:${uuid}`),
  ofRow(cs("first-name"), EXTENSIONS, text, ({ firstName }) => firstName ?? undefined),
  ofRow(cs("last-name"), EXTENSIONS, text, ({ lastName }) => lastName ?? undefined),
  ofRow(cs("record-type"), EXTENSIONS, text, ({ kind }) => RECORD_TYPES[kind]),
  ofRow(cs("calendar-proxy-read-for"), "calendar-proxy 5.3", hrefs, nobody),
  ofRow(cs("calendar-proxy-write-for"), "calendar-proxy 5.3", hrefs, nobody),
];
