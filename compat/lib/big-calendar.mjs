// A big calendar as it comes out of another program: one file, in which every tenth event recurs with exceptions, every
// second one is in a zone, texts are in several scripts and lines are folded.
import { calendar, component } from "./ics.mjs";

const texts = ["Frühstück mit Zoë", "会議", "Team meeting", "Réunion d’équipe", "🎉 Party", "Встреча"];
const long = "Bring the papers\\, the ledger and – above all – the coffee\\; seats are by the window. ";
const two = (n) => String(n).padStart(2, "0");

function fold(line) {
  const pieces = [];
  let piece = "";
  let room = 75;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (size > room) {
      pieces.push(piece);
      piece = "";
      room = 74;
    }
    piece += character;
    room -= size;
  }
  return [...pieces, piece].join("\r\n ");
}

/** A remark that fills an event up to about so many octets. */
const remark = (n, octets) =>
  octets ? [`X-REMARK:${`${n} ${long}`.repeat(Math.max(1, Math.round(octets / 92) - 3))}`] : [];

function eventLines(n, octets) {
  const uid = `${n}@big.example`;
  const [zone, z] = n % 2 ? [";TZID=Europe/Berlin", ""] : ["", "Z"];
  const month = `${2020 + (n % 8)}${two(1 + (n % 12))}`;
  const day = 1 + (n % 20);
  const hour = two(6 + (n % 12));
  const on = (more, time = hour) => `${zone}:${month}${two(day + more)}T${time}${two(n % 60)}00${z}`;
  const common = [
    `SUMMARY:${texts[n % texts.length]} ${n}`,
    ...(n % 3 ? [] : [`DESCRIPTION:${long.repeat(1 + (n % 4))}`]),
    ...remark(n, octets),
  ];
  const rule = n % 10 ? [] : [`RRULE:FREQ=DAILY;COUNT=${5 + (n % 30)}`, `EXDATE${on(2)}`];
  const master = component(
    "VEVENT",
    uid,
    `DTSTART${on(0)}`,
    "DURATION:PT1H",
    ...rule,
    ...common,
    "CATEGORIES:Work,Home",
  );
  if (n % 10) return master;
  return [
    ...master,
    ...component("VEVENT", uid, `RECURRENCE-ID${on(1)}`, `DTSTART${on(1, "20")}`, "DURATION:PT2H", ...common),
  ];
}

/**
 * `count` events, and in the middle, if wanted, one that no program can read; `brokenLine` is where it starts. Events have
 * about 300 octets, or as many as are wanted.
 */
export function bigCalendar(count, withBroken = true, octets = 0) {
  const half = count >> 1;
  const broken = ["BEGIN:VEVENT", "UID:broken@big.example", "DTSTART:on Tuesday", "SUMMARY:Broken", "END:VEVENT"];
  const before = [];
  const after = [];
  for (let n = 0; n < count; n++) (n < half ? before : after).push(...eventLines(n, octets));
  const text = calendar([...before, ...(withBroken ? broken : []), ...after].map(fold).join("\r\n"));
  const brokenLine = text.slice(0, text.indexOf("UID:broken@")).split("\r\n").length - 1;
  return { text, brokenLine };
}

/** The content lines of the components of each UID, sorted: equal for calendars that say the same. */
export function meaning(text) {
  const byUid = new Map();
  for (const [block] of text.replaceAll(/\r\n[ \t]/g, "").matchAll(/^BEGIN:VEVENT\r\n.*?^END:VEVENT/gms)) {
    const uid = /^UID:(.*)\r$/m.exec(block)?.[1] ?? "";
    byUid.set(uid, [...(byUid.get(uid) ?? []), block.split("\r\n").sort().join("\n")].sort());
  }
  return new Map([...byUid].map(([uid, blocks]) => [uid, blocks.join("\n\n")]));
}
