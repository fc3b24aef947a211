import { type Exchange, type Reply, type Requester, StaleSignIn } from "@kalends/dav-core";
import { parseHttpDate } from "@kalends/dav-xml";
import { type FtpArea, type FtpFile, FtpRefusal } from "@kalends/ftp";
import type { House } from "../compose.js";
import { quietExchange } from "../quiet-exchange.js";

/** The way to the folder, the same as over HTTP. */
export const FOLDER: readonly string[] = Object.freeze(["pub", "calendar"]);

const REFUSED: Readonly<Record<number, number>> = { 423: 450, 429: 450 };

/** What was sent is no good; the file before stays. */
const UPLOAD_REFUSED: Readonly<Record<number, number>> = { ...REFUSED, 400: 553, 403: 553, 413: 552, 415: 553 };

const noteOf = (reply: Reply): string =>
  reply.kind === "body" && typeof reply.body === "string" ? reply.body.trim() : "This cannot be done.";

/** What an answer of HTTP means to a client of FTP (RFC 959 4.2.2). */
function refuse(reply: Reply, codes: Readonly<Record<number, number>>): never {
  throw new FtpRefusal(reply.status >= 500 ? 451 : (codes[reply.status] ?? 550), noteOf(reply));
}

/** The publishing folder of somebody who signed in. Everything is done, checked and refused as a request of HTTP would be. */
export function areaOf(house: House, by: Requester, address: string): FtpArea {
  const { freeBusy, registry } = house;
  const caller = freeBusy.callerFrom(address);

  async function request(verb: string, name: string, bytes?: Exchange["bytes"]): Promise<Reply> {
    const path = `/${FOLDER.join("/")}/${encodeURIComponent(name)}`;
    const domain = { id: by.domainId, name: by.domain };
    const cx = quietExchange(house, { path, by, verb, domain, ...(bytes ? { bytes } : {}) });
    try {
      return await freeBusy.handle(cx, registry, caller);
    } catch (error) {
      if (!(error instanceof StaleSignIn)) throw error;
      house.authenticator.forget(by);
      throw new FtpRefusal(530, "Your account or password was changed; sign in again.");
    }
  }

  function fileOf(name: string, reply: Reply): { readonly file: FtpFile; readonly data: Uint8Array } {
    if (reply.status !== 200 || reply.kind !== "body" || typeof reply.body !== "string") return refuse(reply, REFUSED);
    const data = Buffer.from(reply.body);
    const modifiedAt = parseHttpDate(reply.headers?.["Last-Modified"] ?? "") ?? 0;
    return { file: { name, size: data.length, modifiedAt }, data };
  }

  return {
    async list() {
      const name = `${by.login}.vfb`;
      const reply = await request("GET", name);
      return reply.status === 404 ? [] : [fileOf(name, reply).file];
    },
    read: async (name) => fileOf(name, await request("GET", name)),
    async checkWrite(name) {
      const reply = await request("GET", name);
      if (reply.status !== 200 && reply.status !== 404) refuse(reply, REFUSED);
    },
    async write(name, data) {
      const reply = await request("PUT", name, async () => data);
      if (reply.status === 201) return "added";
      return reply.status === 204 ? "replaced" : refuse(reply, UPLOAD_REFUSED);
    },
    async remove(name) {
      const reply = await request("DELETE", name);
      if (reply.status !== 204) refuse(reply, REFUSED);
    },
  };
}
