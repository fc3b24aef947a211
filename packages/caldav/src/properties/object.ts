import { type AnyProperty, property } from "@kalends/dav-core";
import { cal, text } from "@kalends/dav-xml";
import { CALENDAR_OBJECT } from "../kinds.js";

const scheduleTag = property<string>({
  name: cal("schedule-tag"),
  spec: "RFC 6638 3.2.10",
  on: [CALENDAR_OBJECT],
  allprop: false,
  source: {
    from: "row",
    columns: ["scheduleTag"],
    value: (resource) => {
      const tag = resource.rows === "member" ? resource.member.scheduleTag : null;
      return tag === null ? undefined : `"${tag}"`;
    },
  },
  codec: text,
});

export const objectProperties: readonly AnyProperty[] = [scheduleTag];
