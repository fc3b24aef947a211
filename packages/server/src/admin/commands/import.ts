import { ALL_RIGHTS, authorize } from "@kalends/acl";
import { OBJECT_COMPONENTS, objectLimits } from "@kalends/caldav";
import { readFile, sentenceOf, type Stored, storeFile } from "@kalends/calendardata";
import type { CollectionResource } from "@kalends/dav-core";
import type { ObjectAnalysis } from "@kalends/icalendar";
import type { House } from "../../compose.js";
import { type AdminCommand, AdminError, type Progress } from "../command.js";
import { administratorExchange } from "../../quiet-exchange.js";
import { mailboxNamed } from "../mailbox.js";

export interface ImportReport {
  readonly added: number;
  readonly replaced: number;
  readonly unchanged: number;
  /** One sentence for each item that was left out. */
  readonly refused: readonly string[];
}

/** Items written in one transaction; between them others get their turn and the progress is told. */
const BATCH = 100;

/** Adds every sound item of a file to a mailbox and names those that are not. */
export const importCommand: AdminCommand<{ mailbox: string; text: string }, ImportReport> = {
  name: "import",
  async run({ mailbox: name, text }, house, progress) {
    const mailbox = await mailboxNamed(house, name);
    const { objects, refused } = await readText(text, mailbox, house);
    return storeAll(objects, refused, mailbox, house, progress);
  },
};

export interface ImportItem {
  /** What it is called where it comes from; items that cannot be stored are named by it. */
  readonly name: string;
  readonly text: string;
}

/** The same for a portion of many texts: one that cannot be read at all is one that is left out. */
export const importItemsCommand: AdminCommand<{ mailbox: string; items: readonly ImportItem[] }, ImportReport> = {
  name: "import.items",
  async run({ mailbox: name, items }, house, progress) {
    const mailbox = await mailboxNamed(house, name);
    const objects: ObjectAnalysis[] = [];
    const refused: string[] = [];
    for (const item of items) {
      try {
        const read = await readText(item.text, mailbox, house);
        objects.push(...read.objects);
        refused.push(...read.refused.map((sentence) => `${item.name}: ${sentence}`));
      } catch (error) {
        if (!(error instanceof AdminError)) throw error;
        refused.push(`${item.name}: ${error.message}`);
      }
    }
    return storeAll(objects, refused, mailbox, house, progress);
  },
};

/** The sound items of a text, and a sentence for each other one. Throws `AdminError` where none can be told. */
async function readText(text: string, mailbox: CollectionResource, house: House) {
  const { limits, clock } = house.services;
  const own = { ...objectLimits(limits, mailbox.collection), components: OBJECT_COMPONENTS };
  const source = new TextEncoder().encode(text);
  const cx = administratorExchange(house, mailbox.href);
  const file = await readFile({ source, limits: own, now: clock(), tolerant: true }, cx);
  if (!file.ok) throw new AdminError(file.findings.map(sentenceOf).join("\n"));
  return { objects: file.value.objects, refused: file.value.refused.map(sentenceOf) };
}

async function storeAll(
  objects: readonly ObjectAnalysis[],
  refused: readonly string[],
  mailbox: CollectionResource,
  house: House,
  progress: Progress,
): Promise<ImportReport> {
  const cx = administratorExchange(house, mailbox.href);
  const at = authorize(mailbox, null, { self: ALL_RIGHTS, parent: ALL_RIGHTS }, [{ right: "i", on: "self" }]);
  let report: ImportReport = { added: 0, replaced: 0, unchanged: 0, refused };
  progress(0, objects.length);
  for (let from = 0; from < objects.length; from += BATCH) {
    const batch = objects.slice(from, from + BATCH);
    report = plus(report, await storeFile(mailbox.collection, batch, at, cx, { mayReplace: true }));
    progress(Math.min(from + BATCH, objects.length), objects.length);
  }
  return report;
}

const plus = (report: ImportReport, more: Stored): ImportReport => ({
  ...report,
  added: report.added + more.added,
  replaced: report.replaced + more.replaced,
  unchanged: report.unchanged + more.unchanged,
});
