import type { Command } from "commander";
import type { Explanation, RightsListing } from "../../admin/commands/rights.js";
import { table } from "../output.js";
import { runCommand } from "../session.js";

export function addRightsCommands(program: Command): void {
  const rights = program.command("rights").description("show, set and explain who may do what with a mailbox");
  rights
    .command("show <mailbox>")
    .description("list the entries of a mailbox, in letters and in words")
    .addHelpText("after", "\nExample:\n  kalends rights show '~ann/Calendar'")
    .action((mailbox: string, _options, command: Command) =>
      runCommand<readonly RightsListing[]>(command, { name: "rights.show", args: { mailbox } }, (rows) =>
        table(
          ["who", "rights", "in words"],
          rows.map((r) => [r.who, r.letters, r.words]),
        ),
      ),
    );
  rights
    .command("set <mailbox> <who> <letters>")
    .description('set the rights of an account, a group, "anyone" or "anyone@DOMAIN"; "" removes the entry')
    .addHelpText(
      "after",
      "\nLetters: l lookup, r read, s seen, w write, i insert, p post, c create, d delete, a administer, 9 free-busy\nA - in front of WHO takes the rights away from those who have them otherwise; write -- before it.\nExamples:\n  kalends rights set '~ann/Calendar' bob lrid\n  kalends rights set '~ann/Calendar' -- -bob d\n  kalends rights set '~ann/Calendar' bob ''",
    )
    .action((mailbox: string, who: string, letters: string, _options, command: Command) =>
      runCommand<RightsListing>(command, { name: "rights.set", args: { mailbox, who, letters } }, (r) =>
        r.letters === "" ? `${r.who}: entry removed` : `${r.who}: ${r.letters} (${r.words})`,
      ),
    );
  rights
    .command("explain <who> <mailbox> [method]")
    .description("say what somebody may do with a mailbox, and why")
    .addHelpText("after", "\nExample:\n  kalends rights explain bob '~ann/Calendar' PUT")
    .action((who: string, mailbox: string, method: string | undefined, _options, command: Command) =>
      runCommand<Explanation>(command, { name: "rights.explain", args: { who, mailbox, method } }, (r) =>
        r.sentences.join("\n"),
      ),
    );
}
