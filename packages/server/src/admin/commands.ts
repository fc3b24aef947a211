import type { AnyAdminCommand } from "./command.js";
import { appPasswordCommands } from "./commands/app-password.js";
import { auditCommand } from "./commands/audit.js";
import { domainCommands } from "./commands/domain.js";
import { exportCommand } from "./commands/export.js";
import { freeBusyCommands } from "./commands/freebusy.js";
import { importCommand } from "./commands/import.js";
import { rightsCommands } from "./commands/rights.js";
import { userCommands } from "./commands/user.js";

const all: readonly AnyAdminCommand[] = [
  ...domainCommands,
  ...userCommands,
  ...appPasswordCommands,
  ...rightsCommands,
  ...freeBusyCommands,
  auditCommand,
  importCommand,
  exportCommand,
];

/** Every administrative action by name. */
export const adminCommands: ReadonlyMap<string, AnyAdminCommand> = new Map(all.map((c) => [c.name, c]));
