export * from "./exchange.js";
export * from "./extension.js";
export * from "./property.js";
export * from "./refusal.js";
export * from "./resource.js";
