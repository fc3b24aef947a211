import { afterAll, beforeAll, expect, it } from "vitest";
import type { DavClient } from "./client/client.js";
import { startServer, type TestServer } from "./server.js";

let server: TestServer;
type Person = DavClient & { readonly login: string; readonly home: string };
let ann: Person;
let bob: Person;

beforeAll(async () => {
  server = await startServer();
  ann = await server.someone();
  bob = await server.someone();
  await ann.mkcalendar(`${ann.home}Team/`);
});
afterAll(() => server.stop());

const ask = async (by: DavClient, query: Readonly<Record<string, string>>) => {
  const { status, text } = await by.request("GET", `/api/explain?${new URLSearchParams(query).toString()}`);
  return { status, told: text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : text };
};

it("tells the owner why somebody may not do something, and which entry would change it", async () => {
  await server.setRights(`~${ann.login}/Team`, bob.login, "lr");
  const { status, told } = await ask(ann, { who: bob.login, path: `${ann.home}Team/new.ics`, method: "put" });
  expect(status).toBe(200);
  expect(told).toMatchObject({
    answer: "refused",
    letters: "lr",
    remedies: [{ mailbox: `~${ann.login}@mail.example/Team`, who: `${bob.login}@mail.example`, letters: "lri" }],
  });
});

it("tells everybody about himself, and nobody but those who set the rights about others", async () => {
  const path = `${ann.home}Team/`;
  expect(await ask(bob, { path })).toMatchObject({ status: 200, told: { answer: "allowed" } });
  expect((await ask(bob, { path, who: ann.login })).status).toBe(403);
  expect((await ask(bob, { path, who: "nobody-of-this-name" })).status).toBe(403);
  expect((await ask(ann, { path, who: "nobody-of-this-name" })).status).toBe(404);
  expect((await ask(ann, { path, who: "anonymous" })).told).toMatchObject({ answer: "hidden" });
  expect((await ask(server.client(null), { path })).status).toBe(401);
});

it("does not tell a hidden mailbox from one that is not there", async () => {
  await server.setRights(`~${ann.login}/Team`, bob.login, "");
  for (const method of ["GET", "PUT", "MKCALENDAR", "DELETE", "UNLOCK"]) {
    const [hidden, absent] = [
      await ask(bob, { path: `${ann.home}Team/`, method }),
      await ask(bob, { path: `${ann.home}None/`, method }),
    ];
    expect(hidden.told).toEqual({ ...(absent.told as object), path: `${ann.home}Team/` });
  }
});

it("says what it takes when it cannot understand", async () => {
  for (const query of [{}, { path: "Team" }, { path: "/", method: "DANCE" }]) {
    expect((await ask(ann, query as Record<string, string>)).status).toBe(400);
  }
});
