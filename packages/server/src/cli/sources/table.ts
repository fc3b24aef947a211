import { caldav } from "./caldav.js";
import { davical } from "./davical.js";
import { folder } from "./folder.js";
import { nextcloud } from "./nextcloud.js";
import { radicale } from "./radicale.js";
import { sabre } from "./sabre.js";
import type { Source } from "./source.js";
import { xandikos } from "./xandikos.js";

/** Where whole accounts can be taken from. */
export const sources: readonly Source[] = [folder, caldav, radicale, xandikos, nextcloud, sabre, davical];
