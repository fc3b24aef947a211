/**
 * Reads the decoded names behind a realm's prefix as the names of a mailbox: `~account` or `~account@domain` first where it
 * is not the asker's own; none = the default calendar. `host` is the domain chosen by `Host`.
 */
export type NamesOf = (behind: readonly string[], host: string) => readonly string[];

/** `Calendar`, `Work/Team`, `~bob/Calendar`. */
export const plainNames: NamesOf = (behind) => behind;

/** Programs send spaces that people left at the end of a name, before or behind `.ics`: nobody means them. */
const unspaced: NamesOf = (behind) =>
  behind.map((name) => (name.trim() === "" ? name : name.trimEnd().replace(/(?<=\S)\s+(\.ics)$/i, "$1")));

/** `ann@mail.example/Team.ics`, or without the mailbox part for whoever signs in: `Team.ics`. */
export const calendarsNames: NamesOf = (given, host) => {
  const behind = unspaced(given, host);
  const [first = "", ...rest] = behind;
  const isAccount = first.includes("@") && !first.startsWith("~") && (rest.length > 0 || !/\.ics$/i.test(first));
  return isAccount ? [`~${first}`, ...rest] : behind;
};

/** Whose mailboxes are the public folders of a domain. */
const PUBLIC_FOLDERS = "~public";

/**
 * Kerio's forms: nothing, `calendar`, `domain/user/folder`, `public/folder`. Axigen's, behind an optional `~user`:
 * `main.ics`, `folder/path.ics`, and `pf/path.ics` for public folders.
 */
export const icalNames: NamesOf = (given, host) => {
  const behind = unspaced(given, host);
  const [first = "", ...rest] = behind;
  if (first.startsWith("~")) return [first, ...axigenPath(rest)];
  if (rest.length > 0 && (first === "public" || first === "pf")) return [PUBLIC_FOLDERS, ...rest];
  const isDomain = first === host || (first.includes(".") && rest.length > 1);
  const [user, ...folder] = rest;
  if (isDomain && user !== undefined) return [`~${user}@${first}`, ...folder];
  return axigenPath(behind);
};

function axigenPath(names: readonly string[]): readonly string[] {
  const [first, ...rest] = names;
  if (first === "folder" && rest.length > 0) return rest;
  return first === "main.ics" && rest.length === 0 ? [] : names;
}
