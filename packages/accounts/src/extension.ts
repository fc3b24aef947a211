import { defineExtension } from "@kalends/dav-core";
import { addressProperties } from "./properties/addresses.js";
import { groupProperties } from "./properties/groups.js";
import { identityProperties } from "./properties/identity.js";

/** What accounts bring to the registry: the properties of principals. */
export const accounts = defineExtension({
  name: "accounts",
  properties: [...identityProperties, ...addressProperties, ...groupProperties],
});
