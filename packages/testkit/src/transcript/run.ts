import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dav } from "@kalends/dav-xml";
import { syncBody } from "../client/bodies.js";
import { type DavClient, multistatusOf } from "../client/client.js";
import type { TestServer } from "../server.js";
import { check, type Outcome } from "./check.js";
import { goldOf, type Rewrite } from "./gold.js";
import type { Assertion, Expectation, Scene, Step } from "./parse.js";
import { fill, type Variables } from "./template.js";

/** The people of one transcript: each name is a fresh account, made when it is first used. */
export interface Cast {
  client(as: string): Promise<DavClient>;
  /** Login of each name used so far. */
  readonly logins: ReadonlyMap<string, string>;
}

export function castOf(server: TestServer): Cast {
  const clients = new Map<string, DavClient>();
  const logins = new Map<string, string>();
  return {
    logins,
    async client(as) {
      const known = clients.get(as);
      if (known) return known;
      const [name = "", password] = as.split(" with password ");
      if (name !== "nobody" && !logins.has(name)) logins.set(name, (await server.someone()).login);
      const made = server.client(logins.get(name) ?? null, password);
      clients.set(as, made);
      return made;
    },
  };
}

const fixture = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../../test-fixtures/${name}`, import.meta.url)), "utf8");

/** Runs a scene; throws with the whole exchange at the first thing that is not as written. Gives the values caught. */
export async function runScene(
  scene: Scene,
  stage: {
    readonly server: TestServer;
    readonly cast: Cast;
    readonly variables: Variables;
    readonly rewrite?: Rewrite;
  },
): Promise<Variables> {
  let { variables } = stage;
  for (const step of scene.steps) {
    const client = await stage.cast.client(step.as);
    variables = new Map([...variables, ...stage.cast.logins, ["base", stage.server.base]]);
    const before = await statesBefore(step, client, variables);
    const sent = requestOf(step, variables);
    const known = stage.server.faults.length;
    const { value: answer, statements } = await stage.server.countStatements(() =>
      client.request(step.method, sent.path, { headers: sent.headers, body: sent.body }),
    );
    for (const expected of step.expectations) {
      const checked = check(expected, { answer, statements }, variables);
      if (checked.fault === null) variables = checked.variables;
      else if (stage.rewrite) stage.rewrite(expected, goldOf(expected, { answer, statements }, variables));
      else
        throw failure(scene, expected, checked.fault, sent, { answer, statements }, stage.server.faults.slice(known));
    }
    for (const assertion of step.assertions) await hold(assertion, client, variables, before, step);
  }
  return variables;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

function requestOf(step: Step, variables: Variables): Sent {
  const text = step.body === null ? undefined : "file" in step.body ? fixture(step.body.file) : step.body.text;
  return {
    method: step.method,
    path: fill(step.path, variables),
    headers: Object.fromEntries(step.headers.map(([name, value]) => [name, fill(value, variables)])),
    body: text === undefined ? undefined : fill(text, variables),
  };
}

/** Token and members of a collection as one text. */
async function state(client: DavClient, path: string): Promise<string> {
  const answer = await client.report(path, syncBody("", [dav("getetag"), dav("sync-token")]), { Depth: "0" });
  if (answer.status !== 207) return `status ${answer.status}`;
  const { responses, syncToken } = multistatusOf(answer);
  return [syncToken, ...responses.map((r) => `${r.href} ${[...r.props.values()].map((p) => p.text)}`).sort()].join(
    "\n",
  );
}

async function statesBefore(step: Step, client: DavClient, variables: Variables): Promise<ReadonlyMap<string, string>> {
  const states = new Map<string, string>();
  for (const assertion of step.assertions) {
    if (assertion.kind === "sync") states.set(assertion.path, await state(client, fill(assertion.path, variables)));
  }
  return states;
}

async function hold(
  assertion: Assertion,
  client: DavClient,
  variables: Variables,
  before: ReadonlyMap<string, string>,
  step: Step,
): Promise<void> {
  const path = fill(assertion.path, variables);
  const where = `line ${step.line + 1}, ${step.method} ${step.path}`;
  if (assertion.kind === "sync") {
    const changed = (await state(client, path)) !== before.get(assertion.path);
    if (changed !== assertion.changed) throw new Error(`${where}: ${path} is ${changed ? "changed" : "unchanged"}`);
  } else {
    const { status } = await client.request("PROPFIND", path, { headers: { Depth: "0" } });
    if ((status === 207) !== assertion.there) throw new Error(`${where}: PROPFIND of ${path} gives ${status}`);
  }
}

function failure(
  scene: Scene,
  expected: Expectation,
  fault: string,
  sent: Sent,
  outcome: Outcome,
  faults: readonly string[],
): Error {
  const { answer, statements } = outcome;
  const headers = (of: Readonly<Record<string, string>>) =>
    Object.entries(of).map(([name, value]) => `${name}: ${value}`);
  const shown = [
    `${scene.title}: line ${expected.line + 1}: ${fault}`,
    "",
    ...[`${sent.method} ${sent.path}`, ...headers(sent.headers), sent.body ?? ""].map((line) => `> ${line}`),
    ...[String(answer.status), ...headers(answer.headers), answer.text.slice(0, 20_000)].map((line) => `< ${line}`),
    ...(expected.kind === "statements" ? statements : []),
    ...faults,
  ];
  return new Error(shown.join("\n"));
}
