// A reverse proxy that does its work, unless it is told what to get wrong.
import { createServer, request as open } from "node:http";
import { createServer as createSecure } from "node:https";

/**
 * Hands requests at `port` to `to` (a port). `refuse(request)` gives a status to answer itself; `headers` changes those of the
 * request, `answer` those of the answer, `path` the path, `text` the body; `tls` has cert and key.
 */
export function startProxy({
  port = 0,
  to,
  refuse,
  headers = keep,
  answer = keep,
  path = keep,
  text = null,
  tls = null,
}) {
  const scheme = tls ? "https" : "http";
  const handle = (request, response) => {
    const status = refuse?.(request);
    if (status) return void response.writeHead(status, { Connection: "close" }).end("refused by the proxy\n");
    const said = {
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": scheme,
      "x-forwarded-host": request.headers.host,
    };
    const passed = headers({ ...request.headers, ...said });
    const inner = open({
      port: to,
      host: "127.0.0.1",
      method: request.method,
      path: path(request.url),
      headers: passed,
    });
    inner.on("error", () => response.headersSent || response.writeHead(502).end("nobody behind the proxy\n"));
    inner.on("response", (got) => {
      if (text) return void changed(got, response, answer, text);
      response.writeHead(got.statusCode, answer({ ...got.headers }));
      got.pipe(response);
    });
    inner.flushHeaders();
    request.on("error", () => inner.destroy());
    request.pipe(inner);
  };
  const server = tls ? createSecure(tls, handle) : createServer(handle);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => {
      resolve({
        port: server.address().port,
        stop: () =>
          new Promise((stopped) => {
            server.close(stopped);
            server.closeAllConnections();
          }),
      });
    });
  });
}

const keep = (what) => what;

async function changed(got, response, answer, text) {
  const pieces = [];
  for await (const piece of got) pieces.push(piece);
  const body = Buffer.from(text(Buffer.concat(pieces).toString("utf8")));
  const { "content-length": length, "transfer-encoding": _coding, ...headers } = answer({ ...got.headers });
  response.writeHead(got.statusCode, length === undefined ? headers : { ...headers, "content-length": body.length });
  response.end(body);
}
