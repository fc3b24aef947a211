import type { CopyEnd } from "@kalends/store";
import { backUp } from "../../backup/backup.js";
import type { AdminCommand } from "../command.js";

/** Everything in the database as one stream; gives what is in it. */
export const backupCommand: AdminCommand<Record<string, never>, CopyEnd> = {
  name: "backup",
  run: (_args, { services }, progress, out) =>
    backUp(services.db, out, progress, { now: services.clock(), aside: true }),
};
