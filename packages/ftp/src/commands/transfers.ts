import { answer, FtpRefusal } from "../answer.js";
import type { Command, Commands, Control, SignedIn } from "../control.js";
import { factLine, type ListedEntry, listLine } from "../listing.js";
import { type Names, placeOf } from "../place.js";
import { checkProtection, receive, send } from "../transfer.js";

const noFile = (): never => {
  throw new FtpRefusal(550, "There is no such file.");
};

/** The name of a file in the folder; everything else is 550. */
export function fileNamed(path: string, { state, options }: Control): string {
  const place = placeOf(path, state.at, options.folder);
  return place.at === "file" ? place.name : noFile();
}

const stor: Command = {
  needs: "sign-in",
  isLogged: true,
  async run(control, path, { area }) {
    const name = fileNamed(path, control);
    checkProtection(control);
    await area.checkWrite(name);
    const data = await receive(control);
    const done = await area.write(name, data);
    return answer(226, done === "added" ? "The file is there." : "The file took the place of the one before.");
  },
};

const retr: Command = {
  needs: "sign-in",
  isLogged: true,
  async run(control, path, { area }) {
    const { data } = await area.read(fileNamed(path, control));
    checkProtection(control);
    await send(control, data);
    return answer(226, "That was all.");
  },
};

async function inFolder(names: Names, folder: Names, { area }: SignedIn): Promise<readonly ListedEntry[]> {
  const next = folder[names.length];
  if (next !== undefined) return [{ name: next, file: null }];
  return (await area.list()).map((file) => ({ name: file.name, file }));
}

/** What a listing of a path shows; a file shows itself. */
async function listed(path: string, control: Control, by: SignedIn): Promise<readonly ListedEntry[]> {
  const { state, options } = control;
  const place = placeOf(path, state.at, options.folder);
  if (place.at === "folder") return inFolder(place.names, options.folder, by);
  const { file } = await by.area.read(fileNamed(path, control));
  return [{ name: file.name, file }];
}

/** Many clients send options of `ls` before the path. */
const withoutOptions = (argument: string): string => argument.replace(/^(?:-\S*\s*)+/, "");

const listing = (line: (entry: ListedEntry, now: number) => string, pathOf: (argument: string) => string): Command => ({
  needs: "sign-in",
  isLogged: true,
  async run(control, argument, by) {
    const entries = await listed(pathOf(argument), control, by);
    checkProtection(control);
    const now = control.options.clock();
    await send(control, Buffer.from(entries.map((entry) => `${line(entry, now)}\r\n`).join("")));
    return answer(226, "That was all.");
  },
});

/** Commands that take a data connection (RFC 959 4.1.3, RFC 3659 7). */
export const transferCommands: Commands = {
  STOR: stor,
  RETR: retr,
  LIST: listing(listLine, withoutOptions),
  NLST: listing(({ name }) => name, withoutOptions),
  MLSD: listing(factLine, (path) => path),
};
