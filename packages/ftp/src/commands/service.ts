import { answer } from "../answer.js";
import { type Command, type Commands, replaceChannel } from "../control.js";
import type { FtpOptions } from "../options.js";

const quit: Command = { needs: "nothing", run: () => ({ code: 221, text: "Goodbye.", ends: true }) };
const noop: Command = { needs: "nothing", run: () => answer(200, "Nothing done.") };
const syst: Command = { needs: "nothing", run: () => answer(215, "UNIX Type: L8") };

const features = ({ secureContext, active }: FtpOptions): readonly string[] => [
  ...(secureContext ? ["AUTH TLS", "PBSZ", "PROT"] : []),
  ...(active ? ["EPRT"] : []),
  "EPSV",
  "MDTM",
  "MLST type*;size*;modify*;perm*;",
  "SIZE",
  "TVFS",
  "UTF8",
];

/** What there is beyond RFC 959 (RFC 2389 3). */
const feat: Command = {
  needs: "nothing",
  run: ({ options }) => ({ code: 211, text: "Features:", lines: features(options) }),
};

/** Names are always UTF-8 (RFC 2640 3.1), facts always the same. */
const opts: Command = {
  needs: "nothing",
  run(_, argument) {
    if (/^UTF-?8(?: ON)?$/i.test(argument.trim())) return answer(200, "Names are in UTF-8.");
    return answer(501, "There is nothing to choose.");
  },
};

/** The transfer itself is ended when ABOR arrives, before its turn comes. */
const abor: Command = {
  needs: "nothing",
  run(control) {
    replaceChannel(control, null);
    return answer(226, "Nothing is being transferred.");
  },
};

export const serviceCommands: Commands = { QUIT: quit, NOOP: noop, SYST: syst, FEAT: feat, OPTS: opts, ABOR: abor };
