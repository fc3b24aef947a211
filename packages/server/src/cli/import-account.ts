import type { Progress } from "../admin/command.js";
import { isTold } from "../admin/faults.js";
import type { EnsuredCalendar } from "../admin/commands/account.js";
import type { ImportItem, ImportReport } from "../admin/commands/import.js";
import type { Administrator } from "./session.js";
import type { SourceCalendar } from "./sources/source.js";

export interface CalendarReport extends ImportReport {
  readonly mailbox: string;
  /** False when a calendar of that name was there: its own name, colour and rights stay. */
  readonly made: boolean;
}

/** Most items and most text handed over at once. */
const PORTION = 100;
const PORTION_LENGTH = 2 ** 20;

/** Puts calendars of another server into an account, one after the other; what goes wrong with one does not stop the next. */
export async function importAccount(
  account: string,
  calendars: readonly SourceCalendar[],
  administrator: Administrator,
  progress: Progress,
): Promise<readonly CalendarReport[]> {
  const total = calendars.reduce((sum, { count }) => sum + (count ?? 1), 0);
  const taken = new Set<string>();
  const reports: CalendarReport[] = [];
  let done = 0;
  progress(0, total);
  for (const source of calendars) {
    const name = freeName(source.calendar.name, taken);
    const before = done;
    const tell = (items: number): void => progress(Math.min(before + items, total), total);
    reports.push(
      await importCalendar(account, { ...source, calendar: { ...source.calendar, name } }, administrator, tell),
    );
    done = before + (source.count ?? 1);
    progress(done, total);
  }
  return reports;
}

/** Two calendars that would have the same address stay two. */
function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let n = 2; taken.has(free.toLowerCase()); n += 1) free = `${name}-${n}`;
  taken.add(free.toLowerCase());
  return free;
}

async function importCalendar(
  account: string,
  { calendar, items }: SourceCalendar,
  administrator: Administrator,
  tell: (items: number) => void,
): Promise<CalendarReport> {
  let report: CalendarReport = {
    mailbox: `${account}/${calendar.name}`,
    made: false,
    added: 0,
    replaced: 0,
    unchanged: 0,
    refused: [],
  };
  try {
    const ensured = (await administrator({
      command: "calendar.ensure",
      args: { account, calendar },
    })) as EnsuredCalendar;
    const refused = ensured.made ? await setRights(ensured.mailbox, calendar.rights, administrator) : [];
    report = { ...report, ...ensured, refused };
    let seen = 0;
    for await (const portion of portionsOf(items())) {
      const args = { mailbox: ensured.mailbox, items: portion };
      report = plus(report, (await administrator({ command: "import.items", args })) as ImportReport);
      seen += portion.length;
      tell(seen);
    }
  } catch (error) {
    if (!isTold(error)) throw error;
    report = { ...report, refused: [...report.refused, `the rest of ${calendar.name}: ${error.message}`] };
  }
  return report;
}

const plus = (report: CalendarReport, more: ImportReport): CalendarReport => ({
  ...report,
  added: report.added + more.added,
  replaced: report.replaced + more.replaced,
  unchanged: report.unchanged + more.unchanged,
  refused: [...report.refused, ...more.refused],
});

/** Entries for people who are not here are named and left out. */
async function setRights(
  mailbox: string,
  rights: SourceCalendar["calendar"]["rights"],
  administrator: Administrator,
): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const { who, letters } of rights) {
    await administrator({ command: "rights.set", args: { mailbox, who, letters } }).catch((error: Error) => {
      refused.push(`the rights of ${who}: ${error.message}`);
    });
  }
  return refused;
}

/** Where the source breaks off, what came before it is still handed over. */
async function* portionsOf(items: AsyncIterable<ImportItem>): AsyncGenerator<readonly ImportItem[]> {
  let portion: ImportItem[] = [];
  let length = 0;
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const item of items) {
      portion.push(item);
      length += item.text.length;
      if (portion.length < PORTION && length < PORTION_LENGTH) continue;
      yield portion;
      portion = [];
      length = 0;
    }
  } catch (error) {
    failure = { error };
  }
  if (portion.length > 0) yield portion;
  if (failure) throw failure.error;
}
