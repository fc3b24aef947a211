import { dav, type XmlOut } from "@kalends/dav-xml";
import { describe, expect, it } from "vitest";
import { multistatus } from "./multistatus.js";
import { type SentReply, sendReply } from "./reply.js";

const open = { signal: new AbortController().signal };

async function textOf({ body }: SentReply): Promise<string> {
  if (body === null || typeof body === "string" || body instanceof Uint8Array) return String(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

describe("sendReply", () => {
  it("puts the prefix of a proxy before every path it tells, and before nothing else (RFC 4918 8.3)", async () => {
    const behind = { ...open, mount: "/dav" };
    const headers = { Location: "/CalDAV/a.ics", "Content-Location": "/CalDAV/", ETag: '"/a"' };
    expect(sendReply({ kind: "empty", status: 201, headers }, behind).headers).toEqual({
      Location: "/dav/CalDAV/a.ics",
      "Content-Location": "/dav/CalDAV/",
      ETag: '"/a"',
    });
    const write = (out: XmlOut): void => out.leaf(dav("href"), "mailto:ann@mail.example");
    const markup = '<x:own xmlns:x="x:"><href xmlns="DAV:">/kept</href></x:own>';
    const props = [
      { name: dav("owner"), write },
      { name: dav("own"), markup },
    ];
    const { body } = sendReply(multistatus([{ href: "/a", propstats: [{ status: 200, props }] }]), behind);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    expect([...text.matchAll(/href[^>]*>([^<]+)</g)].map(([, told]) => told)).toEqual([
      "/dav/a",
      "mailto:ann@mail.example",
      "/kept",
    ]);
  });

  it("gives nothing for an empty reply, and keeps its headers", () => {
    const sent = sendReply({ kind: "empty", status: 204, headers: { ETag: '"a"' } }, open);
    expect(sent).toEqual({ status: 204, headers: { ETag: '"a"' }, body: null });
  });

  it("writes one XML element as a whole (DAV-04)", () => {
    const sent = sendReply({ kind: "xml", status: 403, root: dav("error"), build: (out) => out.leaf(dav("x")) }, open);
    expect(sent.headers["Content-Type"]).toBe("application/xml; charset=utf-8");
    expect(sent.body).toMatch(/^<\?xml version="1\.0" encoding="utf-8"\?>\n<D:error .*><D:x\/><\/D:error>$/);
  });

  it("streams a multistatus (DAV-04)", async () => {
    const sent = sendReply(multistatus([{ href: "/a", status: 404 }]), open);
    expect([sent.status, sent.headers["Content-Type"]]).toEqual([207, "application/xml; charset=utf-8"]);
    expect(await textOf(sent)).toContain("<D:href>/a</D:href><D:status>HTTP/1.1 404 Not Found</D:status>");
  });

  it("passes whole bodies on and encodes streamed text", async () => {
    const type = "text/plain; charset=utf-8";
    expect(sendReply({ kind: "body", status: 200, body: "grüß", type }, open).body).toBe("grüß");
    async function* chunks() {
      yield "grü";
      yield new TextEncoder().encode("ß");
    }
    const sent = sendReply({ kind: "body", status: 200, body: chunks(), type }, open);
    expect(sent.headers["Content-Type"]).toBe(type);
    expect(await textOf(sent)).toBe("grüß");
  });

  it("breaks a stream off when the request is over, so that no client takes half of it for the whole", async () => {
    const abort = new AbortController();
    let ended = false;
    async function* chunks() {
      try {
        yield "a";
        yield "b";
      } finally {
        ended = true;
      }
    }
    const sent = sendReply({ kind: "body", status: 200, body: chunks(), type: "text/plain" }, { signal: abort.signal });
    abort.abort(new Error("deadline"));
    await expect(textOf(sent)).rejects.toThrow("deadline");
    expect(ended).toBe(true);
  });
});
