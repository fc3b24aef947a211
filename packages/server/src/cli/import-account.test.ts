import { expect, it } from "vitest";
import { AdminError } from "../admin/command.js";
import type { AdminRequest } from "../admin/wire.js";
import { importAccount } from "./import-account.js";
import { plainCalendar, type SourceCalendar } from "./sources/source.js";

const calendar = (name: string, texts: readonly string[], broken = false): SourceCalendar => ({
  calendar: {
    ...plainCalendar(name),
    rights: [
      { who: "bob", letters: "lr" },
      { who: "gone", letters: "l" },
    ],
  },
  count: texts.length,
  async *items() {
    for (const [n, text] of texts.entries()) yield { name: `${n}.ics`, text };
    if (broken) throw new AdminError("the line broke");
  },
});

function recording() {
  const asked: AdminRequest[] = [];
  const administrator = async (request: AdminRequest): Promise<unknown> => {
    asked.push(request);
    const args = request.args as { calendar?: { name: string }; who?: string; items?: readonly unknown[] };
    if (request.command === "calendar.ensure") return { mailbox: `~ann/${args.calendar?.name}`, made: true };
    if (args.who === "gone") throw new AdminError('there is no account "gone"');
    return { added: args.items?.length ?? 0, replaced: 0, unchanged: 0, refused: [] };
  };
  return { asked, administrator };
}

it("goes on with the next calendar where one breaks off, and says so", async () => {
  const { administrator } = recording();
  const reports = await importAccount(
    "~ann",
    [calendar("a", ["1"], true), calendar("b", ["2"])],
    administrator,
    () => undefined,
  );
  expect(reports.map(({ mailbox, added, refused }) => ({ mailbox, added, refused }))).toEqual([
    {
      mailbox: "~ann/a",
      added: 1,
      refused: ['the rights of gone: there is no account "gone"', "the rest of a: the line broke"],
    },
    { mailbox: "~ann/b", added: 1, refused: ['the rights of gone: there is no account "gone"'] },
  ]);
});

it("keeps two calendars of one name apart", async () => {
  const { administrator } = recording();
  const reports = await importAccount(
    "~ann",
    ["Work", "work", "Work"].map((n) => calendar(n, [])),
    administrator,
    () => undefined,
  );
  expect(reports.map(({ mailbox }) => mailbox)).toEqual(["~ann/Work", "~ann/work-2", "~ann/Work-3"]);
});

it("hands over a hundred items or a megabyte at once, and tells how far it is", async () => {
  const { asked, administrator } = recording();
  const seen: (readonly [number, number])[] = [];
  const texts = [...Array.from({ length: 250 }, () => "x"), "y".repeat(2_000_000), "z"];
  await importAccount("~ann", [calendar("a", texts)], administrator, (...p) => seen.push(p));
  const sizes = asked
    .filter((each) => each.command === "import.items")
    .map(({ args }) => (args as { items: unknown[] }).items.length);
  expect(sizes).toEqual([100, 100, 51, 1]);
  expect([seen[0], seen.at(-1)]).toEqual([
    [0, 252],
    [252, 252],
  ]);
});
