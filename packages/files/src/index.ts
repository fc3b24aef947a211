export { type SweepOptions, sweepContents } from "./content/sweep.js";
export { files } from "./extension.js";
