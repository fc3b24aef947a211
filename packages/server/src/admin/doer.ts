import type { Doer } from "@kalends/store";
import type { House } from "../compose.js";

/** Who does what the command line asks for: whoever may open the database or the private socket. */
export const commandLine = ({ services }: House): Doer => ({ name: "command line", at: services.clock() });
