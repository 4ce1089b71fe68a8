export { openDatabase, type Database, type DatabaseOptions } from './database.ts';
export type { Migration } from './migrate.ts';
export type { Row, Value } from './value.ts';
export type { Statement, StatementResult, WriteCommitted, WriteOutcome, WriteRefused } from './write.ts';
export { databaseOnDemand, type DatabaseOnDemand } from './database-on-demand.ts';
export { jsonOf, numberOf, optionalNumberOf, textOf } from './columns.ts';
