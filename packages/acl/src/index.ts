export * from "./authorize.js";
export * from "./decide-sql.js";
export * from "./rights.js";
