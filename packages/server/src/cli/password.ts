import { readFile } from "node:fs/promises";
import { AdminError } from "../admin/command.js";
import { readStdin } from "./session.js";

export interface PasswordOptions {
  readonly passwordFile?: string;
  readonly passwordStdin?: boolean;
}

const firstLine = (text: string): string => text.split(/\r?\n/, 1)[0] ?? "";

/** A password from a file, from standard input, or typed on a terminal without being shown. */
export async function passwordFrom({ passwordFile, passwordStdin }: PasswordOptions, whose: string): Promise<string> {
  if (passwordFile !== undefined) {
    const text = await readFile(passwordFile, "utf8").catch((error: Error) => {
      throw new AdminError(`cannot read ${passwordFile}: ${error.message}`);
    });
    return firstLine(text);
  }
  if (passwordStdin === true || process.stdin.isTTY !== true) return firstLine(await readStdin());
  return typed(`Password of ${whose}: `);
}

const [RETURN, LINE_FEED, INTERRUPT, END, BACKSPACE] = ["\r", "\n", "\u0003", "\u0004", "\u007f"];

/** Asks on the terminal; what is typed is not shown. */
function typed(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  return new Promise((resolve, reject) => {
    let password = "";
    const over = (): void => {
      stdin.off("data", take);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write("\n");
    };
    const take = (text: string): void => {
      for (const key of text) {
        if (key === INTERRUPT || key === END) {
          over();
          return reject(new AdminError("no password was given"));
        }
        if (key === RETURN || key === LINE_FEED) {
          over();
          return resolve(password);
        }
        password = key === BACKSPACE ? password.slice(0, -1) : password + key;
      }
    };
    stdin.on("data", take).resume();
  });
}
