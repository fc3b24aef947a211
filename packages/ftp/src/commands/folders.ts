import { type Answer, answer } from "../answer.js";
import type { Command, Commands, Control } from "../control.js";
import { pathOf, placeOf } from "../place.js";

const pwd: Command = {
  needs: "sign-in",
  run: ({ state }) => answer(257, `"${pathOf(state.at).replaceAll('"', '""')}"`),
};

function goTo({ state, options }: Control, path: string): Answer {
  const place = placeOf(path, state.at, options.folder);
  if (place.at !== "folder") return answer(550, "There is no such folder.");
  state.at = place.names;
  return answer(250, `You are in ${pathOf(place.names)}.`);
}

const cwd: Command = { needs: "sign-in", run: goTo };
const cdup: Command = { needs: "sign-in", run: (control) => goTo(control, "..") };

/** The tree is what it is: nothing is made, removed or renamed in it. */
const fixed: Command = { needs: "sign-in", run: () => answer(550, "The folders here are fixed.") };

/** The names with X are those of RFC 1123 4.1.3.1, for old clients. */
export const folderCommands: Commands = {
  PWD: pwd,
  XPWD: pwd,
  CWD: cwd,
  XCWD: cwd,
  CDUP: cdup,
  XCUP: cdup,
  MKD: fixed,
  XMKD: fixed,
  RMD: fixed,
  XRMD: fixed,
  RNFR: fixed,
};
