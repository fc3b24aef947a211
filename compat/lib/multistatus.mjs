// Reads multistatus answers as a client does that knows elements by their names, whatever their prefixes.
const unescaped = (text) =>
  text
    .replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_all, raw) => raw.replaceAll("&", "&amp;"))
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#13;", "\r")
    .replaceAll("&#xD;", "\r")
    .replaceAll("&amp;", "&");

/** The contents of each element `name` in `xml`, nested ones of that name apart. */
export const elements = (xml, name) =>
  [...xml.matchAll(new RegExp(`<((?:[\\w-]+:)?${name})(?:\\s[^>]*?)?(?:/>|>([\\s\\S]*?)</\\1>)`, "g"))].map(
    (m) => m[2] ?? "",
  );

export const text = (xml, name) => unescaped(elements(xml, name)[0] ?? "").trim();
export const hrefs = (xml, name) => elements(xml, name).flatMap((one) => elements(one, "href").map(unescaped));

/** Each response: its decoded path, its status (200 where it has properties) and the XML of the properties found. */
export const responses = (xml) =>
  elements(xml, "response").map((response) => {
    const propstats = elements(response, "propstat");
    const own = propstats.reduce((rest, propstat) => rest.replace(propstat, ""), response);
    const found = propstats.filter((one) => statusIn(one) === 200).flatMap((one) => elements(one, "prop"));
    return { path: decodeURIComponent(text(own, "href")), status: statusIn(own) ?? 200, prop: found.join("") };
  });

function statusIn(xml) {
  const line = elements(xml, "status").at(-1);
  return line === undefined ? undefined : Number(line.split(" ")[1]);
}
