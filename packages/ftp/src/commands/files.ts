import { answer } from "../answer.js";
import type { FtpFile } from "../area.js";
import type { Command, Commands } from "../control.js";
import { factLine, ftpTime } from "../listing.js";
import { pathOf, placeOf } from "../place.js";
import { fileNamed } from "./transfers.js";

const dele: Command = {
  needs: "sign-in",
  isLogged: true,
  async run(control, path, { area }) {
    await area.remove(fileNamed(path, control));
    return answer(250, "The file is gone.");
  },
};

const fact = (tell: (file: FtpFile) => string): Command => ({
  needs: "sign-in",
  async run(control, path, { area }) {
    const { file } = await area.read(fileNamed(path, control));
    return answer(213, tell(file));
  },
});

/** Facts of one file or folder, without a data connection (RFC 3659 7). */
const mlst: Command = {
  needs: "sign-in",
  async run(control, path, { area }) {
    const { state, options } = control;
    const place = placeOf(path, state.at, options.folder);
    const entry =
      place.at === "folder"
        ? { name: pathOf(place.names), file: null }
        : { name: path, file: (await area.read(fileNamed(path, control))).file };
    return { code: 250, text: "Facts:", lines: [factLine(entry)] };
  },
};

export const fileCommands: Commands = {
  DELE: dele,
  SIZE: fact(({ size }) => String(size)),
  MDTM: fact(({ modifiedAt }) => ftpTime(modifiedAt)),
  MLST: mlst,
};
