export {
  type Codec,
  empty,
  href,
  hrefs,
  httpDate,
  integer,
  isoDate,
  names,
  raw,
  type SymmetricCodec,
  status,
  text,
} from "./codec.js";
export { formatHttpDate, formatIsoDate, parseHttpDate, parseIsoDate } from "./dates.js";
export { langOf, type XmlElement, xmlElement } from "./element.js";
export { escapeText } from "./entities.js";
export { XmlFault, type XmlFaultKind } from "./fault.js";
export { type BelowRoot, belowRoot, type Tags, tagsOf } from "./fragment.js";
export { attr, child, children, only } from "./find.js";
export { XML_LIMITS, type XmlLimits } from "./limits.js";
export {
  APPLE_ICAL_NS,
  CALDAV_NS,
  CALENDARSERVER_NS,
  CARDDAV_NS,
  type Clark,
  cal,
  carddav,
  clark,
  clarkOfValues,
  cs,
  DAV_NS,
  dav,
  ical,
  ME_NS,
  me,
  PREFIXES,
  split,
  XML_LANG,
  XML_NS,
} from "./names.js";
export { escapedOctets, escapeOctets, type Octets, octetsIn, octetsOf, textOf } from "./octet-text.js";
export { withLineFeeds, type XmlAttrs, type XmlOut } from "./out.js";
export { readXml, readXmlInSteps } from "./reader.js";
export { rememberingReader } from "./remembering.js";
export { readFragment, xmlToString } from "./serialize.js";
export { statusLine } from "./status.js";
export { streamXml, writeXml } from "./writer.js";
