import type { Commands } from "../control.js";
import { fileCommands } from "./files.js";
import { folderCommands } from "./folders.js";
import { parameterCommands } from "./parameters.js";
import { serviceCommands } from "./service.js";
import { signInCommands } from "./sign-in.js";
import { transferCommands } from "./transfers.js";

/** Everything that is answered; the rest is 502. */
export const COMMANDS: Commands = Object.freeze({
  ...signInCommands,
  ...serviceCommands,
  ...folderCommands,
  ...parameterCommands,
  ...transferCommands,
  ...fileCommands,
});
