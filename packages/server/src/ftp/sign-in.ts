import type { SignInFailure } from "@kalends/accounts";
import { mayUploadFreeBusy } from "@kalends/acl";
import { type Requester, StaleSignIn } from "@kalends/dav-core";
import type { FtpCredentials, FtpSignIn } from "@kalends/ftp";
import type { House } from "../compose.js";
import { checkStanding } from "../standing.js";
import { areaOf } from "./area.js";

const TEXTS: Readonly<Record<SignInFailure["reason"], string>> = {
  none: "Wrong name or password.",
  wrong: "Wrong name or password.",
  throttled: "Too many failed sign-ins; wait before the next one, or use an app password.",
  unavailable: "Sign-ins cannot be checked at the moment; try again later.",
};

const TOO_WIDE =
  "This password opens more than free/busy files; take an app password that is made for them, or TLS where the server offers it.";

/** A password that was overheard must not open anything else than free/busy files, unless the settings say otherwise. */
function isTaken({ limit }: Requester, { isEncrypted }: FtpCredentials, { config }: House): boolean {
  const isForFreeBusy = limit !== null && mayUploadFreeBusy(limit);
  return { limited: isForFreeBusy, encrypted: isForFreeBusy || isEncrypted, any: true }[config.ftp.passwords];
}

async function requesterOf(credentials: FtpCredentials, house: House): Promise<Requester | SignInFailure> {
  const { name, password, address, host } = credentials;
  const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
  const domain = await house.hosts.domainOf(host ?? house.config.domain);
  for (let tries = 0; tries < 2; tries += 1) {
    const result = await house.authenticator.authenticate({ authorization, address, domain, agent: "FTP" });
    if (!result.ok) return result;
    try {
      await checkStanding(result.requester, house.services.db);
      return result.requester;
    } catch (error) {
      if (!(error instanceof StaleSignIn)) throw error;
      // The password or the account changed since the sign-in was remembered: look again, once.
      house.authenticator.forget(result.requester);
    }
  }
  return { ok: false, reason: "wrong" };
}

/** Signs a client of FTP in, with the same credentials, counts of failures and audit log as requests of HTTP. */
export async function signInFtp(credentials: FtpCredentials, house: House): Promise<FtpSignIn> {
  if (credentials.name.includes(":")) return { ok: false, text: TEXTS.wrong };
  const found = await requesterOf(credentials, house);
  if ("ok" in found) return { ok: false, text: TEXTS[found.reason] };
  const who = `${found.login}@${found.domain}`;
  if (isTaken(found, credentials, house)) return { ok: true, who, area: areaOf(house, found, credentials.address) };
  if (!credentials.isEncrypted) {
    const { address } = credentials;
    house.log.warn(
      { user: who, address },
      "a password that opens more than free/busy files was sent over FTP in the clear",
    );
  }
  return { ok: false, text: TOO_WIDE };
}
