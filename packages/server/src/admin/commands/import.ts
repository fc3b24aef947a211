import { ALL_RIGHTS, authorize } from "@kalends/acl";
import { OBJECT_COMPONENTS, objectLimits } from "@kalends/caldav";
import { readFile, sentenceOf, type Stored, storeFile } from "@kalends/calendardata";
import { type AdminCommand, AdminError } from "../command.js";
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
    const cx = administratorExchange(house, mailbox.href);
    const { limits, clock } = house.services;
    const own = { ...objectLimits(limits, mailbox.collection), components: OBJECT_COMPONENTS };
    const source = new TextEncoder().encode(text);
    const file = await readFile({ source, limits: own, now: clock(), tolerant: true }, cx);
    if (!file.ok) throw new AdminError(file.findings.map(sentenceOf).join("\n"));
    const { objects, refused } = file.value;
    const at = authorize(mailbox, null, { self: ALL_RIGHTS, parent: ALL_RIGHTS }, [{ right: "i", on: "self" }]);
    let report: ImportReport = { added: 0, replaced: 0, unchanged: 0, refused: refused.map(sentenceOf) };
    progress(0, objects.length);
    for (let from = 0; from < objects.length; from += BATCH) {
      const batch = objects.slice(from, from + BATCH);
      report = plus(report, await storeFile(mailbox.collection, batch, at, cx, { mayReplace: true }));
      progress(Math.min(from + BATCH, objects.length), objects.length);
    }
    return report;
  },
};

const plus = (report: ImportReport, more: Stored): ImportReport => ({
  ...report,
  added: report.added + more.added,
  replaced: report.replaced + more.replaced,
  unchanged: report.unchanged + more.unchanged,
});
