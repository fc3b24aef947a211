// All workloads on one calendar, in the order they run: what reads first; W12 removes what W6 made.
import { querying } from "./querying.mjs";
import { reading } from "./reading.mjs";
import { writing } from "./writing.mjs";

const ORDER = ["W13", "W8", "W1", "W2", "W3", "W4", "W5", "W9", "W10", "W14", "W16", "W15", "W6", "W7", "W12"];
const known = [...reading, ...querying, ...writing];

export const workloads = ORDER.map((id) => known.find((workload) => workload.id === id));

export const titles = new Map([
  ...workloads.map(({ id, title }) => [id, title]),
  ["W11", "PUT a file of 5 000 events"],
  ["S1", "many users polling"],
]);
