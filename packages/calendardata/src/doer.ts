import type { Exchange } from "@kalends/dav-core";
import type { Doer } from "@kalends/store";

/** Who sends a request, for the audit log. */
export const doerOf = ({ by, services }: Exchange): Doer => ({
  name: by === null ? "nobody signed in" : `${by.login}@${by.domain}`,
  at: services.clock(),
});
