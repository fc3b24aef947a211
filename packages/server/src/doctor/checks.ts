import { certificatesCheck } from "./certificate-files.js";
import type { Check } from "./check.js";
import { clockCheck, databaseCheck, schemaCheck } from "./database.js";
import { diskCheck, lockCheck } from "./disk.js";
import { headersCheck } from "./headers.js";
import { listenerCheck, machineCheck } from "./machine.js";
import { namesCheck } from "./names.js";
import { bodiesCheck, methodsCheck, publicCheck, tlsCheck, wellKnownCheck } from "./public.js";
import { selfSyncCheck } from "./self-sync.js";
import { settingsCheck } from "./settings.js";

/** All checks, from the inside out: what comes later needs what comes before. */
export const checks: readonly Check[] = [
  settingsCheck,
  certificatesCheck,
  diskCheck,
  lockCheck,
  databaseCheck,
  schemaCheck,
  clockCheck,
  machineCheck,
  listenerCheck,
  namesCheck,
  tlsCheck,
  publicCheck,
  wellKnownCheck,
  methodsCheck,
  bodiesCheck,
  headersCheck,
  selfSyncCheck,
];
