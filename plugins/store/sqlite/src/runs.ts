import { forgeError, type NewRun, type RunPatch, type RunRecord, type RunStatus } from '@forge/plugin-api';
import { numberOf, optionalNumberOf, textOf, type DatabaseOnDemand, type Row, type Value } from '@forge/libsql';
import { storedJson } from './stored-json.ts';

const json = (value: unknown): Value => (value === undefined ? undefined : JSON.stringify(value));
const asItIs = (value: unknown): Value => value as Value;

/** What a patch may change: its column, and how the value is stored. A field that is there but undefined is cleared. */
const patchColumns: { readonly [Field in keyof Required<RunPatch>]: readonly [string, (value: unknown) => Value] } = {
  status: ['status', asItIs],
  phase: ['phase', json],
  reason: ['reason', json],
  wakeAt: ['wake_at', asItIs],
  costUsd: ['cost_usd', asItIs],
  tokens: ['tokens', asItIs],
  stopRequested: ['stop_requested', Number],
};

/** The SET part of an UPDATE of `runs`, with its values; it starts with a comma unless nothing is patched. */
export function patchAssignments(patch: RunPatch): { readonly sql: string; readonly params: readonly Value[] } {
  let sql = '';
  const params: Value[] = [];
  for (const [field, [column, toStored]] of Object.entries(patchColumns)) {
    if (!(field in patch)) continue;
    sql += `, ${column} = ?`;
    params.push(toStored(patch[field as keyof RunPatch]));
  }
  return { sql, params };
}

export function createRuns(database: DatabaseOnDemand) {
  return {
    async createRun(run: NewRun): Promise<RunRecord> {
      const { id, task, repository, branch, createdAt } = run;
      const open = await database.use();
      const outcome = await open.write([
        {
          sql: `INSERT INTO runs (id, task, repository, branch, status, cost_usd, tokens, created_at, updated_at, last_seq,
            last_hash, stop_requested, fence) VALUES (?, ?, ?, ?, 'running', 0, 0, ?, ?, 0, '', 0, 0)`,
          params: [id, json(task), json(repository), json(branch), createdAt, createdAt],
        },
        { sql: 'SELECT * FROM runs WHERE id = ?', params: [id] },
      ]);
      const row = outcome.committed ? outcome.results[1]?.rows[0] : undefined;
      if (row === undefined) throw forgeError('RUN_EXISTS', `There is a run ${id} already`, { where: id });
      return recordOf(row);
    },

    async getRun(runId: string): Promise<RunRecord | undefined> {
      const row = await (await database.use()).get('SELECT * FROM runs WHERE id = ?', [runId]);
      return row === undefined ? undefined : recordOf(row);
    },

    async listRuns(
      query: { readonly status?: readonly RunStatus[]; readonly limit?: number; readonly before?: string } = {},
    ): Promise<readonly RunRecord[]> {
      const rows = await (await database.use()).all(
        `SELECT * FROM runs
          WHERE (?1 IS NULL OR id < ?1) AND (?2 IS NULL OR status IN (SELECT value FROM json_each(?2)))
          ORDER BY id DESC LIMIT ?3`,
        [query.before, json(query.status), query.limit ?? 50],
      );
      return rows.map(recordOf);
    },

    async deleteRun(runId: string): Promise<void> {
      await (await database.use()).write([{ sql: 'DELETE FROM runs WHERE id = ?', params: [runId] }]);
    },

    async requestStop(runId: string): Promise<void> {
      const outcome = await (await database.use()).write([
        { sql: 'UPDATE runs SET stop_requested = 1 WHERE id = ?', params: [runId], expect: 1 },
      ]);
      if (!outcome.committed) throw runNotFound(runId);
    },
  };
}

export function runNotFound(runId: string): Error {
  return forgeError('RUN_NOT_FOUND', `There is no run ${runId}`, { where: runId, fix: 'forge runs lists them' });
}

function recordOf(row: Row): RunRecord {
  const id = textOf(row, 'id');
  const optional = (column: string) => storedJson(row, column, `run ${id}`) as string | undefined;
  const required = (column: string) => optional(column) ?? '';
  const [phase, reason, wakeAt] = [optional('phase'), optional('reason'), optionalNumberOf(row, 'wake_at')];
  return {
    id,
    task: required('task'),
    repository: required('repository'),
    status: textOf(row, 'status') as RunStatus,
    branch: required('branch'),
    ...(phase === undefined ? {} : { phase }),
    ...(reason === undefined ? {} : { reason }),
    ...(wakeAt === undefined ? {} : { wakeAt }),
    costUsd: numberOf(row, 'cost_usd'),
    tokens: numberOf(row, 'tokens'),
    createdAt: numberOf(row, 'created_at'),
    updatedAt: numberOf(row, 'updated_at'),
    lastSeq: numberOf(row, 'last_seq'),
    lastHash: textOf(row, 'last_hash'),
    stopRequested: numberOf(row, 'stop_requested') === 1,
  };
}
