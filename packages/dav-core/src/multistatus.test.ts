import { readXml } from "@kalends/dav-xml";
import { describe, expect, it } from "vitest";
import type { Item } from "./exchange.js";
import { multistatusBody } from "./multistatus.js";

async function* batches(...all: readonly (readonly Item[])[]): AsyncGenerator<readonly Item[]> {
  yield* all;
}

async function written(...all: readonly (readonly Item[])[]) {
  const chunks: Uint8Array[] = [];
  for await (const chunk of multistatusBody({ items: batches(...all) })) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

describe("multistatus", () => {
  it("writes propstats, statuses and errors where they belong (DAV-15, RFC 4918 14.24)", async () => {
    const text = await written([
      {
        href: "/a/",
        propstats: [
          {
            status: 200,
            props: [
              { name: "{DAV:}displayname", write: (out) => out.text("A & B") },
              { name: "{urn:x}n", markup: '<n xmlns="urn:x" k="1"/>' },
            ],
          },
          { status: 403, props: [{ name: "{DAV:}acl" }], refusal: { status: 403, condition: "{DAV:}need-privileges" } },
        ],
      },
      { href: "/gone", status: 404 },
    ]);
    const root = readXml(text);
    const [first, second] = root.children;
    expect(first?.children.map(({ name }) => name.slice(6))).toEqual(["href", "propstat", "propstat"]);
    expect(first?.children[1]?.children[0]?.children.map(({ name, text: value }) => [name, value])).toEqual([
      ["{DAV:}displayname", "A & B"],
      ["{urn:x}n", ""],
    ]);
    expect(first?.children[2]?.children.map(({ name }) => name.slice(6))).toEqual(["prop", "status", "error"]);
    expect(second?.children.map(({ name, text: value }) => [name.slice(6), value])).toEqual([
      ["href", "/gone"],
      ["status", "HTTP/1.1 404 Not Found"],
    ]);
  });

  it("breaks off when the items fail, so that no client takes a part for the whole (RFC 4918 13)", async () => {
    async function* failing(): AsyncGenerator<readonly Item[]> {
      yield [{ href: "/a", status: 404 }];
      throw new Error("the database went away");
    }
    const read = async () => {
      for await (const _ of multistatusBody({ items: failing() }));
    };
    await expect(read()).rejects.toThrow("the database went away");
  });

  it("lets others in between batches", async () => {
    let turns = 0;
    const big = Array.from({ length: 500 }, (_, i): Item => ({ href: `/${i}`, status: 404 }));
    const timer = setInterval(() => {
      turns += 1;
    }, 0);
    await written(big, big, big, big, big, big, big, big);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });
});
