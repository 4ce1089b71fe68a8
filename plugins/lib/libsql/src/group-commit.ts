import type { Connection } from './connection.ts';
import { faultFrom, isConstraint, type FaultError } from './fault.ts';
import {
  emptyTable,
  type CheckedStatement,
  type Reply,
  type StepResult,
  type Table,
  type WriteRequest,
} from './protocol.ts';

/**
 * Commits all the writes in one transaction. Each has its own savepoint, so a refused one leaves its neighbours alone.
 *
 * @throws FaultError when the transaction as a whole failed; then nothing of it is stored and the connection is suspect.
 */
export function commitGroup(connection: Connection, writes: readonly WriteRequest[]): Reply[] {
  // IMMEDIATE, because a transaction that reads before it writes would fail at once when another process wrote between.
  connection.control('BEGIN IMMEDIATE');
  const alone = writes.length === 1;
  const replies = writes.map((write) => oneWrite(connection, write, alone));
  if (!connection.inTransaction) return replies;
  try {
    connection.control('COMMIT');
  } catch (error) {
    // A deferred constraint speaks only now. With neighbours the caller runs each alone, to find whose it is.
    const write = writes[0];
    if (write === undefined || !alone || !isConstraint(error)) throw error;
    connection.rollBack();
    return [refusal(write.id, 'constraint', write.statements.length - 1, -1, emptyTable, messageOf(error))];
  }
  return replies;
}

function oneWrite(connection: Connection, write: WriteRequest, alone: boolean): Reply {
  if (!alone) connection.control('SAVEPOINT one_write');
  const reply = runSteps(connection, write);
  const stored = reply.kind === 'outcome' && reply.outcome.committed;
  if (alone) {
    if (!stored) connection.rollBack();
  } else {
    if (!stored) connection.control('ROLLBACK TO one_write');
    connection.control('RELEASE one_write');
  }
  return reply;
}

function runSteps(connection: Connection, write: WriteRequest): Reply {
  const results: StepResult[] = [];
  for (const [index, statement] of write.statements.entries()) {
    const result = runStep(connection, statement);
    if ('constraint' in result) return refusal(write.id, 'constraint', index, -1, emptyTable, result.constraint);
    if ('fault' in result) return { id: write.id, kind: 'fault', fault: result.fault.fault };
    const { reads, ...stored } = result;
    const found = reads ? stored.table.rows.length : stored.changes;
    if (statement.expect !== undefined && statement.expect !== found) {
      const guard = statement.guard ?? `statement ${index}`;
      const message = `${guard}: ${reads ? 'returned' : 'changed'} ${found} rows, expected ${statement.expect}`;
      return refusal(write.id, guard, index, found, stored.table, message);
    }
    results.push(stored);
  }
  return { id: write.id, kind: 'outcome', outcome: { committed: true, results } };
}

function runStep(
  connection: Connection,
  { sql, params }: CheckedStatement,
): (StepResult & { reads: boolean }) | { constraint: string } | { fault: FaultError } {
  try {
    return connection.step(sql, params);
  } catch (error) {
    // The failure took the whole transaction with it (a full disk does): nothing here can be told apart any more.
    if (!connection.inTransaction) throw error;
    if (isConstraint(error)) return { constraint: messageOf(error) };
    const failure = faultFrom(error, connection.file, sql);
    // The statement's own fault; all else makes the connection suspect.
    if (!failure.suspect) return { fault: failure };
    throw failure;
  }
}

function refusal(
  id: number,
  refusedBy: string,
  statement: number,
  found: number,
  table: Table,
  message: string,
): Reply {
  return { id, kind: 'outcome', outcome: { committed: false, refusedBy, statement, found, table, message } };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
