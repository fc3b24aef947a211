import {
  areaOf,
  applyGathered,
  creationFailed,
  deadBeyondLimit,
  type Exchange,
  FOLDER,
  type FileResource,
  type Gathered,
  gather,
  MAKING_VERBS,
  type MethodDef,
  type Registry,
  type Reply,
  type Target,
  parsePreferences,
  preferenceHeaders,
  refusalOf,
  refuseStatus,
  requestedProperties,
  requestedType,
  ValidResourcetype,
} from "@kalends/dav-core";
import { dav } from "@kalends/dav-xml";
import { makeFolder as insertFolder } from "@kalends/store";
import { hold, revisionOf } from "../hold.js";
import { HOLDERS } from "../kinds.js";
import { checkPath } from "../names.js";
import { checkRoom, roomAt } from "../room.js";
import { fileAt, type Spot, spotOf } from "../spot.js";

const [MKCOL] = MAKING_VERBS;

/** The folder as it will be, for the properties that need it. */
const folderAt = ({ area, path, href }: Spot): FileResource => ({ ...areaOf(area, ""), kind: FOLDER, path, href });

class PropertiesFailed extends Error {
  constructor(readonly failures: Gathered["failures"]) {
    super("some properties cannot be set");
  }
}

/** The folder and its properties, or nothing. */
async function create(spot: Spot, gathered: Gathered, cx: Exchange): Promise<void> {
  await cx.services.db.write(async (tx) => {
    const revision = revisionOf(await hold(tx, [spot], cx), spot);
    checkRoom(await roomAt(spot, tx, cx), { octets: 0, files: 1 });
    await tx.rows(insertFolder(fileAt(spot), revision));
    const folder = folderAt(spot);
    const beyond = await deadBeyondLimit(gathered.dead, folder, tx, cx.services.limits.deadPropertySize);
    if (beyond.size > 0) throw new PropertiesFailed(beyond);
    await applyGathered(gathered, folder, tx, cx);
  });
}

async function make(target: Target, cx: Exchange, registry: Registry): Promise<Reply> {
  const spot = spotOf(target);
  checkPath(spot.path);
  if (MKCOL === undefined) return refuseStatus(405, "Folders cannot be made.");
  const instructions = await requestedProperties(cx, MKCOL);
  const names = instructions.map(({ name }) => name);
  if (requestedType(instructions, MKCOL) !== null) {
    const wrong = refusalOf(ValidResourcetype, undefined, "Only plain folders can be made here.");
    return creationFailed(MKCOL, spot.href, names, new Map([[dav("resourcetype"), wrong]]));
  }
  const values = instructions.filter(({ name }) => name !== dav("resourcetype"));
  const ground = {
    kind: FOLDER,
    rows: "file",
    href: spot.href,
    when: "create",
    writable: true,
    personal: false,
  } as const;
  const gathered = gather(values, ground, cx, registry);
  if (gathered.failures.size > 0) return creationFailed(MKCOL, spot.href, names, gathered.failures);
  try {
    await create(spot, gathered, cx);
  } catch (error) {
    if (!(error instanceof PropertiesFailed)) throw error;
    return creationFailed(MKCOL, spot.href, names, error.failures);
  }
  const { minimal } = parsePreferences(cx.headers);
  return { kind: "empty", status: 201, headers: { "Cache-Control": "no-cache", ...preferenceHeaders({ minimal }) } };
}

/** MKCOL, also the extended one: a folder (RFC 4918 9.3, RFC 5689 3). It takes Insert, as a new file does. */
export const makeFolder: MethodDef = {
  verb: "MKCOL",
  on: "unmapped",
  inside: HOLDERS,
  spec: "RFC 4918 9.3, RFC 5689 3",
  needs: () => [{ right: "i", on: "parent" }],
  writes: () => ["self", "parent"],
  handle: ({ target }, cx, registry) => make(target, cx, registry),
};
