import { isService, SERVICES, type Service } from "@kalends/accounts";
import { AdminError } from "../command.js";

export interface Switching {
  readonly on?: string;
  readonly off?: string;
}

/** The switches to set from `--on` and `--off`. Throws `AdminError` for a service there is not. */
export function switchesOf({ on, off }: Switching): Partial<Record<Service, boolean>> {
  const changes: Partial<Record<Service, boolean>> = {};
  for (const [name, state] of [
    [on, true],
    [off, false],
  ] as const) {
    if (name === undefined) continue;
    if (!isService(name)) throw new AdminError(`"${name}" is no service; there are: ${SERVICES.join(", ")}`);
    changes[name] = state;
  }
  return changes;
}
