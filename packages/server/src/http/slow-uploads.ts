import type { IncomingMessage, ServerResponse } from "node:http";

/** How long a client may be slower than allowed. */
const WINDOW_MS = 30_000;

/** Watches request bodies that are on their way. */
export interface Uploads {
  watch(request: IncomingMessage, response: ServerResponse): void;
  stop(): void;
}

interface Upload {
  readonly response: ServerResponse;
  /** What the connection had brought at the last look. */
  octets: number;
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";

/** The server itself does not read on: the client is not to blame. */
const isHeldUp = ({ readableLength, readableHighWaterMark }: IncomingMessage): boolean =>
  readableLength >= readableHighWaterMark;

/**
 * Ends requests whose bodies trickle: 408 for whoever sends less than `slowest` octets a second over half a minute, so that
 * nobody keeps a connection, and what waits behind it, by sending next to nothing.
 */
export function watchUploads(slowest: number, windowMs = WINDOW_MS): Uploads {
  const running = new Map<IncomingMessage, Upload>();
  const least = (slowest * windowMs) / 1000;
  const look = (): void => {
    for (const [request, upload] of running) {
      const octets = request.socket.bytesRead;
      const isSlow = octets - upload.octets < least && !isHeldUp(request);
      upload.octets = octets;
      if (isSlow) give(request, upload.response);
    }
  };
  const give = (request: IncomingMessage, response: ServerResponse): void => {
    running.delete(request);
    if (response.headersSent) return void request.socket.destroy();
    response.writeHead(408, { "Content-Type": "text/plain; charset=utf-8", Connection: "close" });
    response.end("the request came too slowly\n", () => request.socket.destroy());
  };
  const timer = setInterval(look, windowMs);
  timer.unref();
  return {
    watch(request, response) {
      if (!hasBody(request) || request.complete) return;
      // Whoever began just before the look has nearly a whole window more.
      running.set(request, { response, octets: -least });
      const over = () => void running.delete(request);
      request.once("end", over).once("close", over);
    },
    stop: () => clearInterval(timer),
  };
}
