import { defineExtension, type Extension } from "@kalends/dav-core";
import { type Policy, uploads } from "./words.js";

/** Lets uploaded free/busy count wherever busy time is collected, under a policy. */
export const freebusyWith = (policy: Policy): Extension =>
  defineExtension({ name: "freebusy", busySources: [uploads(policy)] });

/** The same, all that is said counting. */
export const freebusy: Extension = freebusyWith("union");
