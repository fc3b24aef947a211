// A plain HTTP request with any method; what tests use to look at the server behind a client's back.
import { request as openPlain } from "node:http";
import { request as openTls } from "node:https";

/** The authority whose certificates are believed besides the usual ones (PEM). */
export const trusted = { ca: undefined };

export function http(method, url, { user, password, headers = {}, body, agent } = {}) {
  const open = url.startsWith("https:") ? openTls : openPlain;
  const auth = user ? { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` } : {};
  return new Promise((resolve, reject) => {
    const request = open(url, { method, agent, ca: trusted.ca, headers: { ...auth, ...headers } }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () =>
        resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(chunks).toString("utf8") }),
      );
      answer.on("error", reject);
    });
    // A kept connection may have ended while a client program held this process up: that request was never read.
    request.on("error", (error) => {
      const again = request.reusedSocket && ["ECONNRESET", "EPIPE"].includes(error.code);
      if (again) resolve(http(method, url, { user, password, headers, body, agent }));
      else reject(error);
    });
    request.end(body);
  });
}

export const ICS = { "Content-Type": "text/calendar; charset=utf-8" };
export const XML = { "Content-Type": "application/xml; charset=utf-8" };
