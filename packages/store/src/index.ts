export { countingStatements } from "./counting.js";
export * from "./database.js";
export type { Log, StatementSeen } from "./drivers/engine.js";
export { type Emission, emit, outboxChannel } from "./emit.js";
export * from "./errors.js";
export { coreMigrations, type Migration, migrate, pendingMigrations } from "./migrate.js";
export { type OpenOptions, openDatabase } from "./open.js";
export { empty, join, raw, type Sql, type SqlScalar, type SqlValue, sql, timestamp } from "./sql.js";
export * from "./statements/index.js";
