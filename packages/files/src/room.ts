import { type Exchange, QuotaNotExceeded, refuse } from "@kalends/dav-core";
import { type FileUse, fileUse, type ReadTx } from "@kalends/store";
import { fileAt, type Spot } from "./spot.js";

const NOTHING: FileUse = { octets: 0, files: 0 };

/** What the part of the area at a spot holds now. */
export const useAt = async (spot: Spot, tx: ReadTx): Promise<FileUse> =>
  (await tx.one<FileUse>(fileUse(fileAt(spot)))) ?? NOTHING;

/** What the area around a spot still takes, if what is there goes first. */
export async function roomAt(spot: Spot, tx: ReadTx, { services }: Exchange): Promise<FileUse> {
  const { filesQuota, filesPerAccount } = services.limits;
  const all = await useAt({ ...spot, path: "" }, tx);
  const gone = spot.there ? await useAt(spot, tx) : NOTHING;
  return { octets: filesQuota - all.octets + gone.octets, files: filesPerAccount - all.files + gone.files };
}

/** Refuses with 507 and `DAV:quota-not-exceeded` what does not fit (RFC 4331 6). */
export function checkRoom(room: FileUse, wanted: FileUse): void {
  if (wanted.octets > room.octets) refuse(QuotaNotExceeded, undefined, "There is not enough room left for this.");
  if (wanted.files > room.files) refuse(QuotaNotExceeded, undefined, "There are too many files and folders already.");
}
