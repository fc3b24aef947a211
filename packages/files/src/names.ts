import { refuseStatus } from "@kalends/dav-core";

const LONGEST_NAME = 255;
const LONGEST_PATH = 1024;

const octets = (text: string): number => Buffer.byteLength(text);

/** Refuses with 403 a name no file system would take, and with 414 a path beyond what is kept. */
export function checkPath(path: string): void {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (octets(name) > LONGEST_NAME) refuseStatus(403, `A name has at most ${LONGEST_NAME} octets.`);
  if (octets(path) > LONGEST_PATH) refuseStatus(414, `A path has at most ${LONGEST_PATH} octets.`);
}

/** The same for a tree that gets another place; `inside` is how far its longest path reaches beyond its top. */
export function checkDepth(top: string, inside: number): void {
  if (octets(top) + inside > LONGEST_PATH) refuseStatus(403, `A path has at most ${LONGEST_PATH} octets.`);
}
