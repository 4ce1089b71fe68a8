import { existsSync, renameSync, rmSync } from 'node:fs';
import type { Connection } from './connection.ts';
import { fault, faultFrom } from './fault.ts';

/** One step forward. Its place in the list is its version: steps are only ever added at the end, never changed. */
export interface Migration {
  readonly name: string;
  /** Plain SQL; several statements are fine here. */
  readonly sql: string;
}

// Copying the file before a change of schema may take long, and a second process waits for that.
const migrationTimeoutMs = 60_000;

/**
 * Afterwards the file's schema is exactly the one the list describes. An existing file is copied to
 * `<file>.v<version>.backup` first. Several processes may do this at once: one migrates, the others find it done.
 *
 * @returns the version, which is the number of migrations.
 * @throws SCHEMA_TOO_NEW when a newer binary has migrated the file; nothing is touched.
 * @throws SCHEMA_TOO_OLD when migrations are due but the file is open for reading only.
 * @throws STORE_FAILED when a step fails; the file is as it was.
 */
export function migrate(connection: Connection, migrations: readonly Migration[], readOnly: boolean): number {
  const target = migrations.length;
  const found = versionOf(connection, target);
  if (found === target) return target;
  if (readOnly) {
    throw fault('SCHEMA_TOO_OLD', `The database has schema ${found}, this version of Forge reads schema ${target}`, {
      where: connection.file,
      fix: 'Run a command that writes once: it brings the file up to date',
      data: { found, expected: target },
    });
  }
  connection.busyTimeout(migrationTimeoutMs);
  connection.script('BEGIN IMMEDIATE');
  try {
    // Read again under the lock: another process may just have done it.
    const from = versionOf(connection, target);
    if (from > 0 && from < target) backUp(connection, from);
    for (const [index, migration] of migrations.entries()) if (index >= from) runStep(connection, migration);
    connection.script(`PRAGMA user_version = ${target}`);
    connection.script('COMMIT');
  } finally {
    connection.rollBack();
    connection.busyTimeout();
  }
  return target;
}

function versionOf(connection: Connection, newest: number): number {
  const found = Number(connection.pragma('user_version'));
  if (found <= newest) return found;
  throw fault('SCHEMA_TOO_NEW', `The database has schema ${found}, this version of Forge knows up to ${newest}`, {
    where: connection.file,
    fix: 'Use the newer version of Forge that wrote it, or another state folder',
    data: { found, expected: newest },
  });
}

function runStep(connection: Connection, migration: Migration): void {
  try {
    connection.script(migration.sql);
  } catch (error) {
    const failure = faultFrom(error, connection.file);
    if (failure.suspect) throw failure;
    const { details } = failure.fault;
    throw fault('STORE_FAILED', `Migration ${migration.name} failed: ${details.why}`, details, error);
  }
}

/** The writer lock is held, so the copy, made through a second connection, is the last committed state. */
function backUp(connection: Connection, version: number): void {
  const finished = `${connection.file}.v${version}.backup`;
  const partial = `${finished}.partial`;
  if (existsSync(partial)) rmSync(partial);
  connection.withSecond((second) => second.script(`VACUUM INTO '${partial.replaceAll("'", "''")}'`));
  renameSync(partial, finished);
}
