import type { Requester } from "@kalends/dav-core";
import type { SignInRow } from "@kalends/store";

/** Who a request speaks for, once it is signed in. */
export const requesterOf = ({ id, domainId, domain, kind, login, epoch, isAdmin }: SignInRow): Requester =>
  Object.freeze({ id, domainId, domain, kind, login, epoch, isAdmin });
