import type { Command } from "commander";
import type { RightsListing } from "../../admin/commands/rights.js";
import type { Explanation, ToldEntry } from "../../explain/explain.js";
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
    .command("explain <who> <place> [method]")
    .description("say whether somebody may do something, why, and what would change it")
    .option("--to <place>", "where COPY and MOVE go")
    .addHelpText("after", EXPLAIN_HELP)
    .action((who: string, place: string, method: string | undefined, options: { to?: string }, command: Command) => {
      const args = { who, place, method, destination: options.to };
      return runCommand<Explanation>(command, { name: "rights.explain", args }, explanationText);
    });
}

const EXPLAIN_HELP = `
PLACE is the address of a request, or a mailbox: its file for GET, PUT and DELETE, its collection for other methods.
WHO is an account, or anonymous. Without a method it is PROPFIND, which looks.
Examples:
  kalends rights explain bob '~ann/Team' PUT
  kalends rights explain bob /CalDAV/~ann/Team/lunch.ics DELETE
  kalends rights explain bob /CalDAV/~ann/Team/lunch.ics MOVE --to /CalDAV/~bob/Calendar/lunch.ics`;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The command that sets an entry; a name that starts with `-` stands behind `--`. */
const commandFor = ({ mailbox, who, letters }: ToldEntry): string =>
  ["kalends rights set", quoted(mailbox), ...(who.startsWith("-") ? ["--"] : []), who, letters || "''"].join(" ");

function explanationText({ sentences, decisive, remedies }: Explanation): string {
  const entries = decisive.map(({ mailbox, who, letters }) => `  ${mailbox}: ${who} ${letters}`);
  return [
    ...sentences,
    ...(entries.length > 0 ? ["Without any one of these entries it would be the other way round:", ...entries] : []),
    ...(remedies.length > 0 ? ["To allow it:", ...remedies.map((entry) => `  ${commandFor(entry)}`)] : []),
  ].join("\n");
}
