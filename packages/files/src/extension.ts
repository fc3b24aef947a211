import { aclMethod, defineExtension, type Extension, FILE_AREA } from "@kalends/dav-core";
import { kinds } from "./kinds.js";
import { deleteTree } from "./methods/delete-tree.js";
import { getFile } from "./methods/get-file.js";
import { lockingMethods } from "./methods/lock-file.js";
import { makeFolder } from "./methods/make-folder.js";
import { putMethods } from "./methods/put-file.js";
import { transferMethods } from "./methods/transfer.js";
import { fileProperties } from "./properties.js";

/** A folder for files of any type in every account: WebDAV class 1, 2 and 3 (RFC 4918). */
export const files: Extension = defineExtension({
  name: "files",
  kinds,
  properties: fileProperties,
  methods: [
    getFile,
    ...putMethods,
    makeFolder,
    deleteTree,
    ...transferMethods,
    ...lockingMethods,
    aclMethod([FILE_AREA]),
  ],
  areaRoots: ["/WebDAV/"],
});
