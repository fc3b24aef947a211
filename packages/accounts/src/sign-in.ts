import type { AccessLimit } from "@kalends/acl";
import type { Requester } from "@kalends/dav-core";
import type { SignInRow } from "@kalends/store";

/** Who a request speaks for, once it is signed in. A credential with a limit administers nothing. */
export const requesterOf = (row: SignInRow, limit: AccessLimit | null, credential: string): Requester => {
  const { id, domainId, domain, kind, login, epoch, isAdmin } = row;
  return Object.freeze({
    id,
    domainId,
    domain,
    kind,
    login,
    epoch,
    isAdmin: isAdmin && limit === null,
    limit,
    credential,
  });
};
