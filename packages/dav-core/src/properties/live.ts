import { type Clark, type Codec, dav, href, httpDate, integer, isoDate, names, text } from "@kalends/dav-xml";
import { property } from "../property.js";
import type { Resource } from "../resource.js";

/** A list of names, each as the only child of `wrappers`. */
const wrapped = (...wrappers: readonly Clark[]): Codec<readonly Clark[]> => ({
  write(out, values) {
    for (const value of values) {
      for (const wrapper of wrappers) out.open(wrapper);
      out.leaf(value);
      for (const _ of wrappers) out.close();
    }
  },
});

/** A collection without a name goes by its slug: clients leave out what has none. */
export const displayname = property<string>({
  name: dav("displayname"),
  spec: "RFC 4918 15.2",
  on: ["*collection"],
  allprop: true,
  needs: "l",
  source: {
    from: "row",
    value: (at) => (at.rows === "collection" ? (at.collection.displayName ?? at.collection.binding?.slug) : undefined),
  },
  codec: text,
  write: { when: "both", store: { column: "display_name", text: (value) => value.text } },
});

export const principalDisplayname = property<string>({
  name: dav("displayname"),
  spec: "RFC 3744 4",
  on: ["principal"],
  allprop: true,
  needs: "l",
  source: { from: "row", value: (at) => (at.rows === "principal" ? at.principal.displayName : undefined) },
  codec: text,
});

export const resourcetype = property<readonly Clark[]>({
  name: dav("resourcetype"),
  spec: "RFC 4918 15.9",
  on: ["*"],
  allprop: true,
  needs: "l",
  source: { from: "row", value: (at, cx) => cx.services.catalogue.resourceTypes(at) },
  codec: names,
});

function stamps(at: Resource): { readonly createdAt: number; readonly modifiedAt: number } | undefined {
  if (at.rows === "member") return at.member;
  if (at.rows === "file") return at.file;
  return at.rows === "collection" ? at.collection : undefined;
}

export const creationdate = property<number>({
  name: dav("creationdate"),
  spec: "RFC 4918 15.1",
  on: ["*collection", "*member", "*file"],
  allprop: true,
  source: {
    from: "row",
    columns: ["createdAt"],
    value: (at) => stamps(at)?.createdAt,
  },
  codec: isoDate,
});

export const getlastmodified = property<number>({
  name: dav("getlastmodified"),
  spec: "RFC 4918 15.7",
  on: ["*collection", "*member", "*file"],
  allprop: true,
  source: {
    from: "row",
    columns: ["modifiedAt"],
    value: (at) => stamps(at)?.modifiedAt,
  },
  codec: httpDate,
});

export const getcontentlength = property<number>({
  name: dav("getcontentlength"),
  spec: "RFC 4918 15.4",
  on: ["*member"],
  allprop: true,
  source: {
    from: "row",
    columns: ["size"],
    value: (at) => (at.rows === "member" ? at.member.size : undefined),
    printed: { column: "size", quote: "" },
  },
  codec: integer,
});

export const getcontenttype = property<string>({
  name: dav("getcontenttype"),
  spec: "RFC 4918 15.5",
  on: ["*member"],
  allprop: true,
  source: { from: "row", columns: ["component"], value: (at, cx) => cx.services.catalogue.contentType(at) },
  codec: text,
});

export const getetag = property<string>({
  name: dav("getetag"),
  spec: "RFC 4918 15.6",
  on: ["*member"],
  allprop: true,
  source: {
    from: "row",
    columns: ["etag"],
    value: (at) => (at.rows === "member" ? `"${at.member.etag}"` : undefined),
    printed: { column: "etag", quote: '"' },
  },
  codec: text,
});

export const supportedReportSet = property<readonly Clark[]>({
  name: dav("supported-report-set"),
  spec: "RFC 3253 3.1.5",
  on: ["*"],
  allprop: false,
  source: { from: "row", value: (at, cx) => cx.services.catalogue.reports(at.kind) },
  codec: wrapped(dav("supported-report"), dav("report")),
});

export const supportedMethodSet = property<readonly string[]>({
  name: dav("supported-method-set"),
  spec: "RFC 3253 3.1.3",
  on: ["*"],
  allprop: false,
  source: { from: "row", value: (at, cx) => cx.services.catalogue.methods(at.kind) },
  codec: {
    write(out, verbs) {
      for (const name of verbs) out.leaf(dav("supported-method"), undefined, { name });
    },
  },
});

export const supportedLivePropertySet = property<readonly Clark[]>({
  name: dav("supported-live-property-set"),
  spec: "RFC 3253 3.1.4",
  on: ["*"],
  allprop: false,
  source: { from: "row", value: (at, cx) => cx.services.catalogue.properties(at.kind) },
  codec: wrapped(dav("supported-live-property"), dav("prop")),
});

/** Stable over MOVE and renaming (RFC 5842 3.1). */
export const resourceId = property<string>({
  name: dav("resource-id"),
  spec: "RFC 5842 3.1",
  on: ["*collection", "*principal"],
  allprop: false,
  source: {
    from: "row",
    value: (at) => {
      if (at.rows === "collection") return `urn:uuid:${at.collection.uuid}`;
      return at.rows === "principal" ? `urn:uuid:${at.principal.uuid}` : undefined;
    },
  },
  codec: href,
});

/** For packages whose kinds take new members by POST of `text/calendar` (RFC 5995 3.2). */
export const addMember = (on: readonly string[]) =>
  property<string>({
    name: dav("add-member"),
    spec: "RFC 5995 3.2",
    on,
    allprop: false,
    source: { from: "row", value: (at) => at.href },
    codec: href,
  });

export const liveProperties = [
  displayname,
  principalDisplayname,
  resourcetype,
  creationdate,
  getlastmodified,
  getcontentlength,
  getcontenttype,
  getetag,
  supportedReportSet,
  supportedMethodSet,
  supportedLivePropertySet,
  resourceId,
] as const;
