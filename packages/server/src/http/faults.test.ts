import { Refused } from "@kalends/dav-core";
import type { Logger } from "pino";
import { expect, it } from "vitest";
import type { Call } from "./call.js";
import { answerFault } from "./faults.js";

const callWith = (response: object): Call =>
  ({ request: { method: "GET" }, path: "/", state: { requestId: "1" }, response }) as unknown as Call;

/** A log that counts its errors. */
function counting() {
  const errors: unknown[] = [];
  return { errors, log: { error: (about: unknown) => void errors.push(about) } as unknown as Logger };
}

const gone = new Refused({ status: 503, note: "The client is gone." });

it("takes it for no fault when work is given up because the client left", () => {
  const { errors, log } = counting();
  answerFault(callWith({ destroyed: true }), gone, log);
  expect(errors).toEqual([]);
});

it.each([
  ["an error nobody foresaw, also when the client left", { destroyed: true, headersSent: true }, new Error("broken")],
  ["a refusal that is the server's fault", { destroyed: false, headersSent: true }, gone],
])("tells the log of %s", (_, state, error) => {
  const { errors, log } = counting();
  answerFault(callWith({ ...state, destroy: () => undefined }), error, log);
  expect(errors).toHaveLength(1);
});
