import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eachDatabase } from "../databases.js";
import { type ServerOptions, startServer, type TestServer } from "../server.js";
import { type Rewrite, rewritten } from "./gold.js";
import { type Expectation, parseTranscript } from "./parse.js";
import { type Cast, castOf, runScene } from "./run.js";
import type { Variables } from "./template.js";

/**
 * Declares a test for each scene of each transcript in a directory, on each database. Scenes of a file run in order,
 * with the same people and values; files share a server. With UPDATE=1 what differs is rewritten instead of failing.
 */
export function runTranscripts(directory: string, options: Omit<ServerOptions, "database"> = {}): void {
  const files = readdirSync(directory).filter((file) => file.endsWith(".http"));
  eachDatabase("protocol", (database) => {
    let server: TestServer;
    beforeAll(async () => {
      // What the server remembers for some seconds does not run out while statements are counted.
      const now = Date.now();
      server = await startServer({ clock: () => now, ...options, database });
    });
    afterAll(async () => {
      await server.stop();
      expect(server.faults).toEqual([]);
    });
    for (const file of files) runFile(join(directory, file), file, () => server);
  });
}

function runFile(path: string, file: string, server: () => TestServer): void {
  const text = readFileSync(path, "utf8");
  const changes = new Map<Expectation, readonly string[]>();
  const rewrite: Rewrite | undefined =
    process.env.UPDATE === "1" ? (expected, lines) => changes.set(expected, lines) : undefined;
  describe(file, () => {
    let cast: Cast;
    let variables: Variables = new Map();
    beforeAll(() => {
      cast = castOf(server());
    });
    afterAll(() => {
      if (changes.size > 0) writeFileSync(path, rewritten(text, changes));
    });
    for (const scene of parseTranscript(text)) {
      it(scene.title, async () => {
        variables = await runScene(scene, { server: server(), cast, variables, ...(rewrite ? { rewrite } : {}) });
      });
    }
  });
}
