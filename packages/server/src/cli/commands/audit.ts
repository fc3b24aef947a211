import { AUDIT_KINDS } from "@kalends/store";
import { type Command, InvalidArgumentError } from "commander";
import type { AuditListing } from "../../admin/commands/audit.js";
import { table } from "../output.js";
import { runCommand } from "../session.js";

function countOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`"${text}" is no number from 1 to 999999`);
}

const kinds = Object.entries(AUDIT_KINDS)
  .map(([kind, text]) => `  ${kind.padEnd(24)} ${text}`)
  .join("\n");

export function addAuditCommand(program: Command): void {
  program
    .command("audit [account]")
    .description("show who signed in, and changes of credentials, accounts and rights; oldest first")
    .option("--since <time>", "from then on: 2027-01-31, 2027-01-31T12:00Z, or so long ago: 12h, 7d, 2w")
    .option("--kind <kind>", "entries of this kind: see below; sign-in means all that begin so")
    .option("--limit <count>", "the newest so many", countOf, 100)
    .addHelpText(
      "after",
      `\nKinds:\n${kinds}\n\nExamples:\n  kalends audit ann --since 7d\n  kalends audit --kind sign-in.failed --json`,
    )
    .action(
      (account: string | undefined, options: { since?: string; kind?: string; limit: number }, command: Command) =>
        runCommand<readonly AuditListing[]>(command, { name: "audit", args: { account, ...options } }, (rows) =>
          table(
            ["time", "kind", "account", "by", "from", "what"],
            rows.map((r) => [r.time, r.kind, r.account, r.by, r.address ?? "", whatOf(r)]),
          ),
        ),
    );
}

const whatOf = ({ detail, times, agent }: AuditListing): string =>
  [detail, ...(times > 1 ? [`${times} times`] : []), ...(agent === null ? [] : [agent])].join("; ");
