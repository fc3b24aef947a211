import { expect, it } from "vitest";
import { createCrew, endedEarly, type Worker } from "./crew.js";

/** A worker in the hands of a test. */
interface Puppet extends Worker {
  answer(): void;
  end(): void;
  readonly drained: readonly boolean[];
  readonly killed: () => boolean;
}

function puppet(pid: number): Puppet {
  let answer: (base: string) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  let end: () => void = () => undefined;
  const ready = new Promise<string>((resolve, reject) => {
    answer = resolve;
    fail = reject;
  });
  ready.catch(() => undefined);
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const drained: boolean[] = [];
  let killed = false;
  const over = (): void => {
    fail(endedEarly("status 1"));
    end();
  };
  return {
    pid,
    ready,
    ended,
    drained,
    killed: () => killed,
    answer: () => answer("http://127.0.0.1:1"),
    end: over,
    drain(replaced) {
      drained.push(replaced);
      over();
    },
    kill() {
      killed = true;
      over();
    },
  };
}

/** A crew of puppets; pauses are over when the test says so. */
function stage(size: number) {
  const puppets: Puppet[] = [];
  const pauses: { readonly wait: number; readonly over: () => void }[] = [];
  const warnings: string[] = [];
  const crew = createCrew({
    size,
    start() {
      const made = puppet(puppets.length + 1);
      puppets.push(made);
      return made;
    },
    warn: (_about, text) => warnings.push(text),
    pause: (wait) => new Promise((over) => pauses.push({ wait, over })),
  });
  return { crew, puppets, pauses, warnings };
}

/** Lets everything run that waits for nothing. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

it("serves once all workers answer", async () => {
  const { crew, puppets } = stage(2);
  let base = "";
  const started = crew.start().then((found) => {
    base = found;
  });
  puppets[0]?.answer();
  await settle();
  expect(base).toBe("");
  puppets[1]?.answer();
  await started;
  expect(base).toBe("http://127.0.0.1:1");
});

it("does not start at all when a worker cannot, and leaves none behind", async () => {
  const { crew, puppets, pauses } = stage(2);
  const started = crew.start();
  puppets[0]?.answer();
  puppets[1]?.end();
  await expect(started).rejects.toThrow("a worker ended before it could serve");
  await settle();
  expect(puppets[0]?.killed()).toBe(true);
  expect(puppets).toHaveLength(2);
  expect(pauses).toHaveLength(0);
});

it("replaces a worker that ends by itself, at growing intervals when that fails", async () => {
  const { crew, puppets, pauses, warnings } = stage(1);
  const started = crew.start();
  puppets[0]?.answer();
  await started;
  puppets[0]?.end();
  for (let round = 0; round < 3; round += 1) {
    await settle();
    pauses[round]?.over();
    await settle();
    puppets[round + 1]?.end();
  }
  await settle();
  expect(pauses.map(({ wait }) => wait)).toEqual([0, 1_000, 2_000, 4_000]);
  expect(warnings).toHaveLength(4);
});

it("renews one worker after the other, each only when its successor answers", async () => {
  const { crew, puppets } = stage(2);
  const started = crew.start();
  puppets.forEach((each) => each.answer());
  await started;
  const renewed = crew.renew();
  await settle();
  expect(puppets).toHaveLength(3);
  expect(puppets[0]?.drained).toEqual([]);
  puppets[2]?.answer();
  await settle();
  expect(puppets[0]?.drained).toEqual([true]);
  expect(puppets[1]?.drained).toEqual([]);
  puppets[3]?.answer();
  await renewed;
  expect(puppets[1]?.drained).toEqual([true]);
  expect(puppets).toHaveLength(4);
});

it("keeps those that run when the new ones do not start", async () => {
  const { crew, puppets, warnings } = stage(1);
  const started = crew.start();
  puppets[0]?.answer();
  await started;
  const renewed = crew.renew();
  await settle();
  puppets[1]?.end();
  await renewed;
  expect(puppets[0]?.drained).toEqual([]);
  expect(warnings).toEqual(["the new workers do not start; those that run go on"]);
});

it("ends all at the end, and starts none any more", async () => {
  const { crew, puppets, pauses } = stage(2);
  const started = crew.start();
  puppets.forEach((each) => each.answer());
  await started;
  await crew.stop();
  await settle();
  expect(puppets.map(({ drained }) => drained)).toEqual([[false], [false]]);
  expect(puppets).toHaveLength(2);
  expect(pauses).toHaveLength(0);
});
