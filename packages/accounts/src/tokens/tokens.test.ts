import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { coreMigrations, type Database, type DomainId, migrate, openDatabase, sql } from "@kalends/store";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAccount, setEnabled } from "../accounts.js";
import { createAuthenticator } from "../authenticate.js";
import { createDomain } from "../domains.js";
import { createPasswords } from "../passwords.js";
import { createThrottle } from "../throttle.js";
import { createTokenIssuer, type TokenIssuerOptions } from "./issuer.js";

const passwords = createPasswords({ cost: 4 });
const NOW = Date.UTC(2026, 5, 1);
const clock = () => now;
let now = NOW;
let db: Database;
let keys: { readonly jwk: JWK; readonly sign: (claims: object, header?: object) => Promise<string> };
let stranger: typeof keys;
let published: JWK[];
let http: Server;
let issuer: string;
let fetched: string[];
let broken: boolean;
let sender: ReturnType<typeof make>;
let host: { id: DomainId; name: string };

async function makeKeys(alg: string, kid: string): Promise<typeof keys> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), alg, kid, use: "sig" };
  return {
    jwk,
    sign: (claims, header = {}) =>
      new SignJWT(claims as Record<string, unknown>).setProtectedHeader({ alg, kid, ...header }).sign(privateKey),
  };
}

function make(options: Partial<TokenIssuerOptions & { provisions: boolean }> = {}) {
  const verifier = createTokenIssuer({
    ...{ issuer, audience: "kalends", algorithms: ["ES256", "RS256"], claim: "email", clockSkewSeconds: 60, clock },
    ...options,
  });
  const tokens = { ...verifier, domain: "mail.example", provisions: options.provisions ?? false };
  const throttle = createThrottle({ db, clock });
  return createAuthenticator({ db, clock, random: randomBytes, throttle, passwords, tokens });
}

const seconds = () => Math.floor(now / 1000);
const claims = (more: object = {}) => ({
  iss: issuer,
  aud: "kalends",
  sub: "1",
  email: "ann@mail.example",
  iat: seconds(),
  exp: seconds() + 600,
  ...more,
});
const ask = async (token: string, by = sender, domain: typeof host | null = host) => {
  const result = await by.authenticate({ authorization: `Bearer ${token}`, address: "10.0.0.1", domain });
  return result.ok ? `${result.requester.login}@${result.requester.domain}` : result.reason;
};
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

beforeAll(async () => {
  db = await openDatabase({ url: "embedded:memory" });
  await migrate(db, coreMigrations());
  await createDomain(db, "mail.example");
  host = { id: await createDomain(db, "other.example"), name: "other.example" };
  await createAccount(db, passwords, { login: "ann", domain: "mail.example", password: "correct horse" });
  await createAccount(db, passwords, { login: "ann", domain: "other.example", password: "correct horse" });
  await createAccount(db, passwords, { login: "team", domain: "mail.example", kind: "group" });
  keys = await makeKeys("ES256", "one");
  stranger = await makeKeys("ES256", "one");
  http = createServer((request, response) => {
    fetched.push(request.url ?? "");
    if (broken) return void response.writeHead(500).end();
    response.setHeader("Content-Type", "application/json");
    const isKeys = request.url === "/keys";
    response.end(JSON.stringify(isKeys ? { keys: published } : { issuer, jwks_uri: `${issuer}/keys` }));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(async () => {
  http?.close();
  await db?.close();
});
beforeEach(() => {
  now = NOW;
  fetched = [];
  broken = false;
  published = [keys.jwk];
  sender = make();
});

describe("a token (RFC 6750, RFC 7519)", () => {
  it("signs in the account its claim names; the keys are fetched once", async () => {
    expect(sender.schemes).toEqual(["basic", "bearer"]);
    for (let n = 0; n < 5; n++) expect(await ask(await keys.sign(claims({ jti: n })))).toBe("ann@mail.example");
    expect(fetched).toEqual(["/.well-known/openid-configuration", "/keys"]);
  });

  it.each([
    ["another issuer", { iss: "https://evil.example" }],
    ["another audience", { aud: "somebody-else" }],
    ["no audience", { aud: undefined }],
    ["no end", { exp: undefined }],
    ["an end that has passed", { exp: NOW / 1000 - 61 }],
    ["a beginning in the future", { nbf: NOW / 1000 + 61 }],
    ["an account there is not", { email: "nobody@mail.example" }],
    ["a domain there is not", { email: "ann@nowhere.example" }],
    ["an address that was not shown to be the person's", { email_verified: false }],
    ["a group", { email: "team@mail.example" }],
    ["no name", { email: undefined }],
    ["a name that is no text", { email: ["ann@mail.example"] }],
    ["a NUL", { email: "ann\0@mail.example" }],
  ])("is refused with %s", async (_what, more) => {
    expect(await ask(await keys.sign(claims(more)))).toBe("wrong");
  });

  it("is good within the skew of the clocks, and with one audience of several", async () => {
    expect(await ask(await keys.sign(claims({ exp: seconds() - 59, aud: ["x", "kalends"] })))).toBe("ann@mail.example");
    expect(await ask(await keys.sign(claims({ nbf: seconds() + 59 })))).toBe("ann@mail.example");
  });

  it("is refused with a signature of somebody else, without one, or by another algorithm", async () => {
    expect(await ask(await stranger.sign(claims()))).toBe("wrong");
    expect(await ask(`${base64({ alg: "none" })}.${base64(claims())}.`)).toBe("wrong");
    const [head, , signature] = (await keys.sign(claims())).split(".");
    expect(await ask(`${head}.${base64(claims({ email: "ann@other.example" }))}.${signature}`)).toBe("wrong");
    const secret = Buffer.from(JSON.stringify(keys.jwk));
    const hmac = await new SignJWT(claims()).setProtectedHeader({ alg: "HS256", kid: "one" }).sign(secret);
    expect(await ask(hmac)).toBe("wrong");
    expect(await ask(await keys.sign(claims()), make({ algorithms: ["RS256"] }))).toBe("wrong");
    for (const text of ["", "x", "a.b", "a.b.c", "e30.e30.e30", "x".repeat(20_000)])
      expect(["wrong", "none"]).toContain(await ask(text));
  });

  it("names an account without domain in the set domain, whatever host was asked", async () => {
    const by = make({ claim: "preferred_username" });
    expect(await ask(await keys.sign(claims({ preferred_username: "Ann" })), by)).toBe("ann@mail.example");
    expect(await ask(await keys.sign(claims({ preferred_username: "ann@other.example" })), by)).toBe(
      "ann@other.example",
    );
  });

  it("is remembered, but not beyond its end, nor when the account is switched off", async () => {
    const token = await keys.sign(claims({ exp: seconds() + 60 }));
    expect(await ask(token)).toBe("ann@mail.example");
    now += 119_999;
    expect(await ask(token)).toBe("ann@mail.example");
    now += 1;
    expect(await ask(token)).toBe("wrong");
    const id = await createAccount(db, passwords, { login: "bob", domain: "mail.example", password: "correct horse" });
    await setEnabled(db, id, false);
    expect(await ask(await keys.sign(claims({ email: "bob@mail.example" })))).toBe("wrong");
  });

  it("is not read where no issuer is set", async () => {
    const throttle = createThrottle({ db, clock });
    const plain = createAuthenticator({ db, clock, random: randomBytes, throttle, passwords });
    expect(plain.schemes).toEqual(["basic"]);
    expect(await ask(await keys.sign(claims()), plain)).toBe("none");
  });

  it("makes an account at the first sign-in where that is wanted, in the set domain alone", async () => {
    const by = make({ provisions: true });
    const token = (email: string) => keys.sign(claims({ email, name: "New Comer" }));
    expect(await ask(await token("new@other.example"), by)).toBe("wrong");
    expect(await ask(await token("new@mail.example"))).toBe("wrong");
    expect(await ask(await token("new@mail.example"), by)).toBe("new@mail.example");
    const rows = await db.rows(sql`select source, display_name from principal where login = 'new'`);
    expect(rows).toEqual([{ source: "token", display_name: "New Comer" }]);
  });
});

describe("the keys of the issuer", () => {
  it("are chosen by the id a token names; one that names none of them is refused", async () => {
    const next = await makeKeys("RS256", "two");
    const by = make({ jwksUrl: `${issuer}/keys` });
    published = [next.jwk];
    expect(await ask(await next.sign(claims()), by)).toBe("ann@mail.example");
    expect(await ask(await keys.sign(claims()), by)).toBe("wrong");
    expect(fetched.every((path) => path === "/keys")).toBe(true);
  });

  it("that cannot be fetched are no fault of the token: come back later; Basic works meanwhile", async () => {
    broken = true;
    expect(await ask(await keys.sign(claims()))).toBe("unavailable");
    const before = fetched.length;
    for (let n = 0; n < 10; n++) await ask(await keys.sign(claims({ jti: n })));
    expect(fetched).toHaveLength(before);
    const authorization = `Basic ${Buffer.from("ann@mail.example:correct horse").toString("base64")}`;
    expect((await sender.authenticate({ authorization, address: "10.0.0.1", domain: host })).ok).toBe(true);
    broken = false;
    now += 5_000;
    expect(await ask(await keys.sign(claims()))).toBe("ann@mail.example");
  });

  it("are not taken from a document that describes another issuer", async () => {
    const by = make({ issuer: `${issuer}/other` });
    expect(await ask(await keys.sign(claims({ iss: `${issuer}/other` })), by)).toBe("unavailable");
  });
});
