import { isWireShot, type RequestShot, type Shot } from "./shot.js";

const MOST_TRIES = 200;

/** Smaller shots that could still fail: without one of its headers, without a part of its path's tail or its body. */
function* smaller(shot: RequestShot): Generator<RequestShot> {
  for (const header of shot.headers) yield { ...shot, headers: shot.headers.filter((one) => one !== header) };
  for (let part = shot.body.length; part >= 1; part = Math.floor(part / 2)) {
    for (let at = 0; at < shot.body.length; at += part) {
      yield { ...shot, body: shot.body.slice(0, at) + shot.body.slice(at + part) };
    }
  }
}

/** The smallest shot found for which `fails` holds, by taking away what is not needed; a bounded number of tries. */
export async function shrink(shot: Shot, fails: (shot: Shot) => Promise<boolean>): Promise<Shot> {
  if (isWireShot(shot)) return shot;
  let best = shot;
  let tries = 0;
  for (let found = true; found;) {
    found = false;
    for (const candidate of smaller(best)) {
      if (++tries > MOST_TRIES) return best;
      if (!(await fails(candidate))) continue;
      best = candidate;
      found = true;
      break;
    }
  }
  return best;
}
