import { connect } from "node:net";
import { dav } from "@kalends/dav-xml";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DavClient } from "./client/client.js";
import { DOMAIN, startServer, type TestServer } from "./server.js";

// What programs of other times do when they publish and subscribe, as they send it.
let server: TestServer;
let ann: DavClient & { readonly login: string; readonly home: string };
beforeAll(async () => {
  server = await startServer({ config: { limits: { anonymousRequests: 100_000 } } });
  ann = await server.someone();
});
afterAll(() => server.stop());

const file = (uid: string) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Apple Computer\\, Inc//iCal 1.5//EN\r\nX-WR-CALNAME:Home\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260105T090000Z\r\nSUMMARY:One\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;

/** Sends octets as they are, the second part once the server has answered to the first; gives all it says. */
function talk(first: string, second?: string): Promise<string> {
  const { hostname, port } = new URL(server.base);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(first));
    let said = "";
    let rest = second;
    socket.on("data", (data) => {
      said += data.toString();
      if (rest !== undefined) socket.write(rest);
      rest = undefined;
    });
    socket.on("close", () => resolve(said));
    socket.on("error", reject);
  });
}

const head = (verb: string, target: string, ...lines: readonly string[]) =>
  [
    `${verb} ${target} HTTP/1.1`,
    `Host: ${new URL(server.base).host}`,
    `Authorization: Basic ${Buffer.from(`${ann.login}:${ann.login}`).toString("base64")}`,
    "Connection: close",
    ...lines,
    "",
    "",
  ].join("\r\n");

it.each([
  ["no Content-Type", []],
  ["an empty one", ["Content-Type:"]],
  ["application/octet-stream", ["Content-Type: application/octet-stream"]],
  ["text/calendar with what belongs to it", ['Content-Type: Text/Calendar; charset="utf-8"; component=VEVENT']],
])("take an upload with %s (PUB-04, DSC-44)", async (what, lines) => {
  const name = encodeURIComponent(what);
  const body = file("1@q");
  const said = await talk(
    head("PUT", `/calendars/${name}.ics`, ...lines, `Content-Length: ${Buffer.byteLength(body)}`) + body,
  );
  expect(said).toMatch(/^HTTP\/1\.1 201 /);
  expect((await ann.get(`/calendars/${name}.ics`)).text).toBe(body);
});

it("take an upload in chunks of any size (PUB-04)", async () => {
  const body = file("1@q");
  const parts = [body.slice(0, 7), body.slice(7, 8), body.slice(8)];
  const chunks = parts.map((part) => `${part.length.toString(16)};x=y\r\n${part}\r\n`).join("");
  const said = await talk(`${head("PUT", "/calendars/Chunks.ics", "Transfer-Encoding: chunked")}${chunks}0\r\n\r\n`);
  expect(said).toMatch(/^HTTP\/1\.1 201 /);
  expect((await ann.get("/calendars/Chunks.ics")).text).toBe(body);
});

it("ask for the body by 100 Continue (PUB-04, RFC 9110 10.1.1)", async () => {
  const body = file("1@q");
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  const said = await talk(head("PUT", "/calendars/Waits.ics", "Expect: 100-continue", length), body);
  expect(said).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /);
});

it("answer what programs ask before they publish: OPTIONS, PROPFIND of folder and file, MKCOL (PUB-06, RFC 4918 9.1)", async () => {
  const options = await ann.request("OPTIONS", "/calendars/");
  expect(options.headers["allow"]?.split(", ")).toEqual(expect.arrayContaining(["PUT", "DELETE", "PROPFIND"]));
  const names = [dav("resourcetype"), dav("getetag")];
  expect((await ann.request("PROPFIND", "/calendars/New.ics", { headers: { Depth: "0" } })).status).toBe(404);
  expect((await ann.request("MKCOL", "/calendars/")).status, "the folder is there").toBe(405);
  expect((await ann.put("/calendars/Work/New.ics", file("1@q"))).status).toBe(201);
  for (const path of ["/calendars/", "/calendars", "/ical/"]) {
    const alone = await ann.propfind(path, names, "0");
    expect(alone.responses.map(({ href }) => href)).toEqual([path.replace(/\/?$/, "/")]);
  }
  const listed = await ann.propfind("/calendars/", names, "1");
  const tag = (await ann.get("/calendars/Work/New.ics")).headers["etag"];
  const found = listed.responses.find(({ href }) => href === "/calendars/Work/New.ics");
  expect(found?.props.get(dav("getetag"))?.text).toBe(tag);
  expect((await ann.request("PROPFIND", "/calendars/", { headers: { Depth: "1" } })).text).toContain("<D:collection/>");
  expect((await server.client(null).request("PROPFIND", "/calendars/")).status).toBe(401);
});

it("mean a name without the spaces behind it (PUB-01)", async () => {
  expect((await ann.put("/calendars/Spaces%20.ics%20", file("1@q"))).status).toBe(201);
  for (const name of ["Spaces.ics", "Spaces%20.ics", "Spaces.ics%20%20", "Spaces%20"]) {
    expect((await ann.get(`/calendars/${name}`)).status, name).toBe(200);
    expect((await server.client(null).get(`/calendars/${ann.login}@${DOMAIN}/${name}`)).status, name).toBe(200);
  }
  expect((await ann.get(`/CalDAV/~${ann.login}/Spaces/`, { Accept: "text/calendar" })).text).toContain("UID:1@q");
  expect((await ann.put("/calendars/Two%20words.ics", file("1@q"))).status).toBe(201);
  expect((await ann.get(`/CalDAV/~${ann.login}/Two%20words/`, { Accept: "text/calendar" })).status).toBe(200);
});

it("read a webcal address sent whole as that of the file, whatever the program accepts (DSC-44, FEED-04)", async () => {
  await ann.put("/calendars/Feed.ics", file("1@q"));
  const { host } = new URL(server.base);
  const path = `/calendars/${ann.login}@${DOMAIN}/Feed.ics`;
  for (const target of [`webcal://${host}${path}`, `http://${host}${path}`, path]) {
    const said = await talk(head("GET", target).replace(/Authorization.*\r\n/, ""));
    expect(said, target).toMatch(/^HTTP\/1\.1 200 [\s\S]*Content-Type: text\/calendar; charset=UTF-8; method=PUBLISH/);
    expect(said, "nobody asked for gzip").not.toMatch(/Content-Encoding/i);
  }
  for (const accept of ["text/html", "image/png", "*/*;q=0"]) {
    const got = await server.client(null).get(path, { Accept: accept });
    expect([got.status, got.text.includes("UID:1@q")], accept).toEqual([200, true]);
  }
});
