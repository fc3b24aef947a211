import { handle as handleWholeFile, isWholeFilePath, type Written } from "@kalends/calendardata";
import { type Exchange, handle, type Reply, StaleSignIn, sendReply } from "@kalends/dav-core";
import { isFreeBusyPath, isFreeBusyRead } from "@kalends/freebusy";
import { type Database, noteDeed, type Tally, tallied } from "@kalends/store";
import type { House } from "../compose.js";
import { isOpen, mayDiffer } from "./anonymous.js";
import type { Call } from "./call.js";
import { deadlineOf } from "./deadline.js";
import { openExchange } from "./exchange.js";
import { answerFault, noteBroken } from "./faults.js";
import { send, sendWhole } from "./send.js";
import { challenge, offeredSchemes, signIn } from "./sign-in.js";
import { admitVisitor } from "./visitors.js";

/** One DAV or whole-file request, answered; gives how many statements it took besides sign-in. */
export async function answerDav(call: Call, house: House): Promise<Tally> {
  const tally: Tally = { count: 0 };
  call.state.tally = tally;
  try {
    await attempt(call, house, tallied(house.services.db, tally), true);
  } catch (error) {
    answerFault(call, error, house.log);
  }
  return tally;
}

async function attempt(call: Call, house: House, db: Database, mayRepeat: boolean): Promise<void> {
  const { request, path } = call;
  const origin = house.originOf(request);
  const domain = await house.hosts.domainOf(origin.host);
  const result = await signIn(house, request, origin, domain);
  const isOpenToAll = isOpen(request.method ?? "GET", path, house.config) || isFreeBusyRead(path);
  if (!result.ok && !(result.reason === "none" && isOpenToAll)) return sendWhole(call, challenge(house, result));
  const by = result.ok ? result.requester : null;
  // Look-ups of free/busy files are counted by what they find.
  if (by === null && !isFreeBusyRead(path) && !admitVisitor(call, house, origin.address)) return;
  if (by) call.state.user = `${by.login}@${by.domain}`;
  const deadline = deadlineOf(call, house);
  const cx = openExchange(call, { house, origin, domain, by, deadline, db });
  try {
    const reply = await answer(cx, house, { address: origin.address, agent: request.headers["user-agent"] ?? "" });
    if (!result.ok && !isFreeBusyPath(cx.path) && mayDiffer(reply)) {
      deadline.pause();
      return sendWhole(call, challenge(house, result));
    }
    const sent = sendReply(reply, cx);
    if (reply.status === 401)
      call.response.setHeader(...offeredSchemes(house, { ok: false, reason: by ? "wrong" : "none" }));
    await send(call, sent, deadline, (error) => noteBroken(call, error, house.log));
  } catch (error) {
    deadline.pause();
    if (!(error instanceof StaleSignIn) || by === null) throw error;
    // The password or the account changed since the sign-in was remembered: forget it and look again, once.
    house.authenticator.forget(by);
    if (!mayRepeat) return sendWhole(call, challenge(house, { ok: false, reason: "wrong" }));
    await attempt(call, house, db, false);
  }
}

/** The address spaces beside WebDAV have handlers of their own. */
function answer(cx: Exchange, house: House, from: Sender): Promise<Reply> {
  const { registry, freeBusy } = house;
  if (isFreeBusyPath(cx.path)) return freeBusy.handle(cx, registry, freeBusy.callerFrom(from.address));
  if (!isWholeFilePath(cx.path)) return handle(cx, registry);
  return handleWholeFile(cx, registry, (what) => noteWritten(what, cx, from));
}

interface Sender {
  readonly address: string;
  readonly agent: string;
}

const HOUR = 3_600_000;

/** Nobody signs for such a write; the address is kept. Whoever comes again and again is counted in one entry. */
function noteWritten({ owner, calendar }: Written, { verb, path, services }: Exchange, from: Sender): Promise<void> {
  const at = services.clock();
  const bucket = `publishing.written/${calendar}/${from.address}/${Math.floor(at / HOUR)}`;
  const deed = { kind: "publishing.written", about: owner, detail: `${verb} ${path}`, bucket } as const;
  return noteDeed(services.db, deed, { name: "nobody signed in", ...from, at });
}
