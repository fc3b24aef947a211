import { dav } from "@kalends/dav-xml";
import { sql } from "@kalends/store";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { DavClient } from "./client/client.js";
import { giveBack, submitting, takeLock } from "./client/locks.js";
import { eachDatabase } from "./databases.js";
import { eventText } from "./generators/text.js";
import { startServer, type TestServer } from "./server.js";

type Person = DavClient & { readonly login: string; readonly home: string };

eachDatabase("locks between two people", (database) => {
  let server: TestServer;
  let ann: Person;
  let bob: Person;
  const calendar = () => `${ann.home}Team/`;
  const file = () => `${calendar()}a.ics`;
  const tokenOf = async (who: Person, path: string, wanted = {}): Promise<string> =>
    (await takeLock(who, path, wanted)).token ?? "no lock was given";

  beforeAll(async () => {
    server = await startServer({ database });
  });
  beforeEach(async () => {
    ann = await server.someone();
    bob = await server.someone();
    await ann.mkcalendar(calendar());
    await ann.put(file(), eventText("a"));
    await server.setRights(`~${ann.login}/Team`, bob.login, "lrid");
  });
  afterAll(() => server.stop());

  it("a token helps nobody but who took the lock (DAV-96)", async () => {
    const token = await tokenOf(bob, file());
    expect((await ann.put(file(), eventText("a", { summary: "x" }))).status).toBe(423);
    expect((await ann.put(file(), eventText("a", { summary: "x" }), submitting(token))).status).toBe(423);
    expect((await ann.request("LOCK", file(), { headers: submitting(token) })).status).toBe(412);
    expect((await bob.put(file(), eventText("a", { summary: "y" }), submitting(token))).status).toBe(204);
  });

  it("another's lock is taken away with Admin, and not without (DAV-98, RFC 3744 3.5)", async () => {
    const own = await tokenOf(bob, file());
    expect((await giveBack(ann, file(), own)).status).toBe(204);
    const foreign = await tokenOf(ann, file());
    const refused = await giveBack(bob, file(), foreign);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain("<D:unlock/>");
    expect(refused.xml().children[0]?.name).toBe(dav("need-privileges"));
  });

  it("it takes the rights of a PUT, and what cannot be seen is not there (DAV-08, RFC 3744 appendix B)", async () => {
    await server.setRights(`~${ann.login}/Team`, bob.login, "lri");
    expect((await takeLock(bob, file())).status).toBe(403);
    expect((await takeLock(bob, `${calendar()}free.ics`)).status).toBe(201);
    await server.setRights(`~${ann.login}/Team`, bob.login, "lr");
    expect((await takeLock(bob, `${calendar()}other.ics`)).status).toBe(403);
    await server.setRights(`~${ann.login}/Team`, bob.login, "");
    expect((await takeLock(bob, file())).status).toBe(409);
    expect((await giveBack(bob, file(), "urn:uuid:x")).status).toBe(404);
  });

  it("missing rights are told before locks are (DAV-08)", async () => {
    await takeLock(ann, file());
    await server.setRights(`~${ann.login}/Team`, bob.login, "lr");
    expect((await bob.put(file(), eventText("a", { summary: "x" }))).status).toBe(403);
  });

  it("a lock ends by the database's clock, and is shown no longer (DAV-99)", async () => {
    const token = await tokenOf(ann, file());
    await server.db.rows(sql`update lock set expires_at = now() - interval '1 second' where token = ${token}`);
    const shown = await ann.propfind(file(), [dav("lockdiscovery")]);
    expect(shown.of(file()).props.get(dav("lockdiscovery"))?.element.children).toEqual([]);
    expect((await bob.put(file(), eventText("a", { summary: "x" }))).status).toBe(204);
    expect((await takeLock(bob, file())).status).toBe(200);
  });

  it("every lock has a token of its own (DAV-99)", async () => {
    const tokens = [];
    for (let n = 0; n < 5; n++) tokens.push(await tokenOf(ann, file(), { scope: "shared" }));
    expect(new Set(tokens).size).toBe(5);
    for (const token of tokens) expect(token).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
  });

  it("a calendar with a foreign lock inside is neither deleted nor replaced (DAV-95, RFC 4918 9.6.1)", async () => {
    const token = await tokenOf(bob, file());
    await ann.mkcalendar(`${ann.home}Source/`);
    const copy = { headers: { Destination: calendar() } };
    expect((await ann.delete(calendar())).status).toBe(423);
    expect((await ann.request("COPY", `${ann.home}Source/`, copy)).status).toBe(423);
    expect((await ann.request("MOVE", calendar(), { headers: { Destination: `${ann.home}X/` } })).status).toBe(423);
    expect((await giveBack(bob, file(), token)).status).toBe(204);
    expect((await ann.delete(calendar())).status).toBe(204);
  });

  it("looks for locks in no statement more, where there are some and where there never were (DAV-95)", async () => {
    const put = (summary: string, headers = {}) =>
      server.countStatements(() => ann.put(file(), eventText("a", { summary }), headers));
    const before = await put("before");
    const token = await tokenOf(ann, file());
    const under = await put("under", submitting(token));
    expect([before.value.status, under.value.status]).toEqual([204, 204]);
    expect(under.count).toBe(before.count);
  });
});
