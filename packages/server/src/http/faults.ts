import { refusalFrom } from "@kalends/dav-core";
import type { Logger } from "pino";
import type { Call } from "./call.js";
import { sendWhole } from "./send.js";

const TEXT = "text/plain; charset=utf-8";

/** The last border: what nobody below turned into an answer. The stack goes to the log, nothing of it to the client. */
export function answerFault(call: Call, error: unknown, log: Logger): void {
  const { requestId: id } = call.state;
  const refusal = refusalFrom(error, { verb: call.request.method ?? "GET", href: call.path, mapped: false });
  // Work that was given up because its client left is no fault.
  if (refusal !== null && call.response.destroyed) return;
  if (refusal === null || refusal.status >= 500) log.error({ id, err: error }, "request failed");
  if (call.response.headersSent) return void call.response.destroy();
  const note = refusal?.note ?? `internal error; the administrator finds it in the log as ${id}`;
  const { status = 500, headers = {} } = refusal ?? {};
  sendWhole(call, { status, headers: { "Content-Type": TEXT, ...headers }, body: `${note}\n` });
}

/** Tells the log of an answer that broke off in the middle; that of a client who left, or took too much time, is no fault. */
export function noteBroken({ state, request, path }: Call, error: unknown, log: Logger): void {
  if (refusalFrom(error, { verb: request.method ?? "GET", href: path, mapped: false }) !== null) return;
  log.error({ id: state.requestId, err: error }, "an answer broke off");
}
