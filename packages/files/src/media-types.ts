const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    txt: "text/plain",
    md: "text/markdown",
    html: "text/html",
    css: "text/css",
    csv: "text/csv",
    ics: "text/calendar",
    vcf: "text/vcard",
    js: "text/javascript",
    json: "application/json",
    xml: "application/xml",
    pdf: "application/pdf",
    zip: "application/zip",
    gz: "application/gzip",
    png: "image/png",
    jpg: "image/jpeg",
    jpeg: "image/jpeg",
    gif: "image/gif",
    webp: "image/webp",
    heic: "image/heic",
    svg: "image/svg+xml",
    mp3: "audio/mpeg",
    m4a: "audio/mp4",
    mp4: "video/mp4",
    mov: "video/quicktime",
    webm: "video/webm",
    docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    odt: "application/vnd.oasis.opendocument.text",
    ods: "application/vnd.oasis.opendocument.spreadsheet",
  }),
);

const LONGEST = 255;
const PLAUSIBLE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+\s*(;[\x20-\x7e]*)?$/;

/** The media type that was sent, or, without a usable one, what the name suggests (RFC 9110 8.3). */
export function mediaTypeOf(sent: string | undefined, path: string): string {
  const told = sent?.trim() ?? "";
  if (told.length <= LONGEST && PLAUSIBLE.test(told)) return told;
  const [, suffix = ""] = /\.([^./]+)$/.exec(path) ?? [];
  return TYPES.get(suffix.toLowerCase()) ?? "application/octet-stream";
}
