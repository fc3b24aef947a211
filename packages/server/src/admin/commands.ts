import type { AnyAdminCommand } from "./command.js";
import { accountCommands } from "./commands/account.js";
import { appPasswordCommands } from "./commands/app-password.js";
import { auditCommand } from "./commands/audit.js";
import { backupCommand } from "./commands/backup.js";
import { domainCommands } from "./commands/domain.js";
import { exportCommand } from "./commands/export.js";
import { freeBusyCommands } from "./commands/freebusy.js";
import { groupCommands } from "./commands/group.js";
import { importCommand, importItemsCommand } from "./commands/import.js";
import { shareCommands } from "./commands/share.js";
import { linkCommands } from "./commands/link.js";
import { publishingCommands } from "./commands/publishing.js";
import { resourceCommands } from "./commands/resource.js";
import { rightsCommands } from "./commands/rights.js";
import { undeleteCommand } from "./commands/undelete.js";
import { userCommands } from "./commands/user.js";

const all: readonly AnyAdminCommand[] = [
  ...domainCommands,
  ...userCommands,
  ...groupCommands,
  ...resourceCommands,
  ...appPasswordCommands,
  ...rightsCommands,
  ...freeBusyCommands,
  ...publishingCommands,
  ...linkCommands,
  ...shareCommands,
  auditCommand,
  importCommand,
  importItemsCommand,
  ...accountCommands,
  exportCommand,
  undeleteCommand,
  backupCommand,
];

/** Every administrative action by name. */
export const adminCommands: ReadonlyMap<string, AnyAdminCommand> = new Map(all.map((c) => [c.name, c]));
