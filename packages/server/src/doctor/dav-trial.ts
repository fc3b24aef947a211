import { type Answer, ask, type Question } from "./ask.js";
import type { CauseId } from "./causes.js";
import type { Scene, TrialAccount } from "./check.js";

/** A step of the trial that went wrong. */
export class TrialFault extends Error {
  constructor(
    readonly id: CauseId,
    message: string,
  ) {
    super(message);
  }
}

export interface TrialClient {
  /** One request below the public address; throws `TrialFault` unless the status is one of these. */
  step(what: string, path: string, wanted: readonly number[], question: Question): Promise<Answer>;
  /** A path of an answer, as it is below the public address. */
  below(href: string): string;
}

/** A small calendar program. */
export function trialClient({ base }: Pick<Scene, "base">, { authorization }: TrialAccount): TrialClient {
  const mount = new URL(base).pathname.replace(/\/+$/, "");
  return {
    async step(what, path, wanted, question) {
      const headers = {
        "Content-Type": "application/xml; charset=utf-8",
        ...question.headers,
        Authorization: authorization,
      };
      const answer = await ask(base + path, { ...question, headers });
      if (wanted.includes(answer.status)) return answer;
      const id = answer.headers["x-request-id"] ?? "none";
      const said = answer.body.replace(/\s+/g, " ").slice(0, 160);
      throw new TrialFault(
        "sync-failed",
        `${what}: ${question.method ?? "GET"} ${path} gave ${answer.status} (request id ${id}) ${said}`,
      );
    },
    below(href) {
      const path = new URL(href, base).pathname;
      if (path.startsWith(`${mount}/`)) return path.slice(mount.length);
      throw new TrialFault("proxy-prefix", `an answer names ${path}, which is not below ${base}/`);
    },
  };
}
