import { type Clark, DAV_NS, dav, split } from "@kalends/dav-xml";
import type { Rows } from "../resource.js";

const SETTABLE: ReadonlySet<Clark> = new Set([dav("displayname"), dav("getcontentlanguage")]);

/** Names of `DAV:` belong to the server, save two that RFC 4918 15 leaves to clients; all others may be dead properties. */
export const mayBeDead = (name: Clark): boolean => split(name).ns !== DAV_NS || SETTABLE.has(name);

/** Sorts of resources that can have dead properties. */
export const bearsDead = (rows: Rows): boolean => rows === "collection" || rows === "member" || rows === "file";
