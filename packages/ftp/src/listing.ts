import type { FtpFile } from "./area.js";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const HALF_A_YEAR = 182 * 86_400_000;

/** An entry of a listing; a folder has no file. */
export interface ListedEntry {
  readonly name: string;
  readonly file: FtpFile | null;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `20261121140500`, in UTC (RFC 3659 2.3). */
export const ftpTime = (at: number): string => new Date(at).toISOString().replaceAll(/[-:T]/g, "").replace(/\..*$/, "");

function shownTime(at: number, now: number): string {
  const date = new Date(at);
  const day = `${MONTHS[date.getUTCMonth()] ?? ""} ${String(date.getUTCDate()).padStart(2, " ")}`;
  const isRecent = at <= now && now - at < HALF_A_YEAR;
  return isRecent
    ? `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
    : `${day}  ${date.getUTCFullYear()}`;
}

/** A line as `ls -l` writes it, which every client reads (RFC 959 4.1.3). */
export function listLine({ name, file }: ListedEntry, now: number): string {
  const kind = file === null ? "dr-x------" : "-rw-------";
  const size = String(file?.size ?? 0).padStart(8, " ");
  return `${kind}   1 owner    group    ${size} ${shownTime(file?.modifiedAt ?? now, now)} ${name}`;
}

/** Facts of an entry (RFC 3659 7.2); `pdir` and `cdir` are left out, being optional. */
export function factLine({ name, file }: ListedEntry): string {
  if (file === null) return `type=dir;perm=el; ${name}`;
  return `type=file;size=${file.size};modify=${ftpTime(file.modifiedAt)};perm=drw; ${name}`;
}
