import { dav, XML_LANG } from "@kalends/dav-xml";
import type { ReportDef } from "../extension.js";
import { SEARCHABLE } from "./searchable.js";
import { assertZeroDepth } from "./zero-depth.js";

/** Tells what principals can be searched by; an answer of its own, not a multistatus (RFC 3744 9.5). */
export const principalSearchPropertySet: ReportDef<null> = {
  name: dav("principal-search-property-set"),
  spec: "RFC 3744 9.5",
  on: ["*"],
  needs: [{ right: "l", on: "self" }],
  decode(_, cx) {
    assertZeroDepth(cx);
    return null;
  },
  run: async () => ({
    kind: "xml",
    status: 200,
    root: dav("principal-search-property-set"),
    build(out) {
      for (const { name, description } of SEARCHABLE) {
        out.open(dav("principal-search-property"));
        out.open(dav("prop"));
        out.leaf(name);
        out.close();
        out.leaf(dav("description"), description, { [XML_LANG]: "en" });
        out.close();
      }
    },
  }),
};
