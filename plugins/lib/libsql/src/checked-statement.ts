import { forgeError } from '@forge/plugin-api';
import { FaultError, fault } from './fault.ts';
import { checkedParameters } from './parameters.ts';
import type { CheckedStatement } from './protocol.ts';
import { readSqlText, type SqlText } from './sql-text.ts';
import type { Statement } from './write.ts';

const readingVerbs = new Set(['SELECT', 'VALUES', 'WITH']);
const writingVerbs = new Set([...readingVerbs, 'INSERT', 'UPDATE', 'DELETE', 'REPLACE']);

const mostRemembered = 500;
const remembered = new Map<string, SqlText>();

/**
 * A statement the worker may run as it is. Transactions, pragmas and schema changes are not for callers.
 *
 * @throws STORE_FAILED for its text, STORE_VALUE for its values.
 */
export function checkedStatement(statement: Statement, use: 'read' | 'write'): CheckedStatement {
  try {
    const { sql, params = [], expect, guard } = statement;
    const text = sqlText(sql);
    if (text.refusal !== undefined) throw refused(text.refusal, sql);
    const allowed = use === 'read' ? readingVerbs : writingVerbs;
    if (!allowed.has(text.verb)) throw refused(`${text.verb} is not for a ${use}`, sql);
    return { sql, params: checkedParameters(params, text.parameters, sql), expect, guard };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const { code, message, details } = error.fault;
    throw forgeError(code, message, { ...details, cause: error });
  }
}

function refused(why: string, sql: string): FaultError {
  return fault('STORE_FAILED', `A statement was refused: ${why}`, { why, data: { sql } });
}

function sqlText(sql: string): SqlText {
  const known = remembered.get(sql);
  if (known !== undefined) return known;
  const text = readSqlText(sql);
  // The texts of a program are few; one that builds new ones all the time must not fill the memory.
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(sql, text);
  return text;
}
