import {
  ALL_RIGHTS,
  ANONYMOUS,
  ANYONE,
  decide,
  type Grant,
  ofDomain,
  ofPrincipal,
  rightsMask,
  type Subject,
} from "@kalends/acl";
import { handle as handleFile } from "@kalends/calendardata";
import { handle } from "@kalends/dav-core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eachDatabase } from "../databases.js";
import { startServer, type TestServer } from "../server.js";
import { QUESTIONS, statusFor } from "./rights-requests.js";
import { CALENDARS, exchangeOf, makeWorld, PEOPLE, rightsInStore, rule, type World } from "./rights-world.js";
import { runs } from "./runs.js";

const index = (below: number) => fc.integer({ min: 0, max: below - 1 });
/** Mostly common sets of rights, so that what is allowed and what is not come about equally often. */
const rights = fc.oneof(
  fc.constantFrom(1, 3, 17, 129, 145, 147, 155, 256, 512),
  fc.integer({ min: 1, max: ALL_RIGHTS }),
);
const who = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("principal" as const), n: index(PEOPLE) }) },
  fc.record({ type: fc.constant("domain" as const), n: index(2) }),
  fc.record({ type: fc.constantFrom("anyone" as const, "anonymous" as const), n: fc.constant(0) }),
);
const picture = fc.record({
  memberships: fc.uniqueArray(fc.tuple(index(PEOPLE), index(PEOPLE)), { maxLength: 12, selector: String }),
  entries: fc.uniqueArray(
    fc.record({ calendar: index(CALENDARS), who, positive: fc.nat(3).map((n) => n > 0), rights }),
    { maxLength: 16, selector: (entry) => [entry.calendar, entry.who.type, entry.who.n, entry.positive].join() },
  ),
  asker: fc.option(index(PEOPLE), { freq: 10 }),
  calendar: index(CALENDARS),
  question: index(QUESTIONS.length),
});

const at = <T>(list: readonly T[], n: number): T => {
  const item = list[n];
  if (item === undefined) throw new Error(`nothing at ${n}`);
  return item;
};

/** Whoever has not signed in is asked to, instead of being told any of these. */
const ASKED_TO_SIGN_IN: ReadonlySet<number> = new Set([401, 403, 404, 409]);

eachDatabase("rights", (database) => {
  let server: TestServer;
  let world: World;
  beforeAll(async () => {
    server = await startServer({ database });
    world = await makeWorld(server);
  });
  afterAll(() => server.stop());

  const subjectOf = ({ type, n }: { readonly type: Subject["type"]; readonly n: number }): Subject => {
    if (type === "principal") return ofPrincipal(at(world.people, n).id);
    if (type === "domain") return ofDomain(at(world.people, n === 0 ? 0 : PEOPLE - 1).domain);
    return type === "anyone" ? ANYONE : ANONYMOUS;
  };

  it("are the same in code, in the database and in what requests are answered (ACL-20, ACL-21, ACL-70, ACL-71)", async () => {
    await fc.assert(
      fc.asyncProperty(picture, async (drawn) => {
        const memberships = drawn.memberships.map(([group, member]) => ({
          group: at(world.people, group).id,
          member: at(world.people, member).id,
        }));
        const entries = world.calendars.map((_, n) =>
          drawn.entries
            .filter(({ calendar }) => calendar === n)
            .map((e): Grant => ({ subject: subjectOf(e.who), positive: e.positive, rights: rightsMask(e.rights) })),
        );
        await rule(world, memberships, entries, server);
        const by = drawn.asker === null ? null : at(world.people, drawn.asker);
        const verdicts = world.calendars.map(
          ({ owner }, n) => decide(owner.id, by, memberships, at(entries, n)).granted,
        );
        expect(await rightsInStore(world, by?.id ?? null, server)).toEqual(verdicts);

        const calendar = at(world.calendars, drawn.calendar);
        const question = at(QUESTIONS, drawn.question);
        const cx = exchangeOf(question.send(calendar), by, server);
        const answer = await (question.realm === "dav" ? handle : handleFile)(cx, server.house.registry);
        const expected = statusFor(question, at(verdicts, drawn.calendar), by?.id === calendar.owner.id);
        const told = (status: number) => (by === null && ASKED_TO_SIGN_IN.has(status) ? 401 : status);
        expect([question.title, told(answer.status)]).toEqual([question.title, told(expected)]);
      }),
      { numRuns: runs(60) },
    );
  });
});
