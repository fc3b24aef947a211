// One kept connection that carries one request at a time.
import { Agent, request as open } from "node:http";

const RETRIED = new Set(["ECONNRESET", "EPIPE"]);

/** `send({ method, path, headers, body })` gives `{ status, headers, body, ms }`; a connection that had ended is opened anew once. */
export function connect(base, { user, password } = {}) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { hostname, port } = new URL(base);
  const authorization = user === undefined ? {} : basic(user, password);

  const once = ({ method, path, headers = {}, body }) =>
    new Promise((resolve, reject) => {
      const began = performance.now();
      const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
      const options = { agent, hostname, port, method, path, headers: { ...authorization, ...length, ...headers } };
      const request = open(options, (answer) => {
        const chunks = [];
        answer.on("data", (chunk) => chunks.push(chunk));
        answer.once("error", reject);
        answer.once("end", () =>
          resolve({
            status: answer.statusCode,
            headers: answer.headers,
            body: chunks.length === 1 ? chunks[0] : Buffer.concat(chunks),
            ms: performance.now() - began,
          }),
        );
      });
      request.once("error", (error) => reject(Object.assign(error, { reused: request.reusedSocket })));
      request.end(body);
    });

  return {
    send: (request) =>
      once(request).catch((error) => {
        if (error.reused && RETRIED.has(error.code)) return once(request);
        throw error;
      }),
    close: () => agent.destroy(),
  };
}

const basic = (user, password) => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});
