import { forgeError, isForgeError, type ForgeEvent, type Lease, type RunPatch } from '@forge/plugin-api';
import { numberOf, type DatabaseOnDemand, type Row, type Statement } from '@forge/libsql';
import { held, leaseLost } from './leases.ts';
import { queueDeliveries } from './outbox.ts';
import { patchAssignments } from './runs.ts';
import { storedJson } from './stored-json.ts';

// One answer of the database's thread must neither take much memory nor keep writers waiting.
const pageSize = 1000;

export function createEvents(database: DatabaseOnDemand) {
  const readPage = async (runId: string, after: number, limit: number): Promise<ForgeEvent[]> => {
    const rows = await (await database.use()).all(
      'SELECT seq, body FROM events WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?',
      [runId, after, limit],
    );
    return rows.map((row) => eventOf(runId, row));
  };

  /** The page as a whole could not be read; which event is at fault shows one by one. */
  const firstDamaged = async (runId: string, after: number, cause: Error): Promise<Error> => {
    let last = after;
    try {
      for (let page = await readPage(runId, last, 1); page[0] !== undefined; page = await readPage(runId, last, 1)) {
        last = page[0].seq;
      }
    } catch {
      return damaged(runId, last + 1, cause);
    }
    return damaged(runId, last, cause);
  };

  return {
    async append(lease: Lease, events: readonly ForgeEvent[], patch: RunPatch = {}): Promise<void> {
      const link = checkedLink(lease, events);
      const open = await database.use();
      const outcome = await open.write([
        moveHead(lease, link, patch),
        ...events.map((event) => insert(lease, event)),
        ...queueDeliveries(lease.runId, events),
      ]);
      if (outcome.committed) return;
      // Which of the conditions failed is worth a second look only now.
      const row = await open.get(`SELECT last_seq, last_hash, (${held}) AS held FROM runs WHERE id = ?`, [
        lease.runId,
        lease.fence,
        lease.runId,
      ]);
      if (row?.['held'] !== 1) throw leaseLost(lease, row === undefined ? 'The run was deleted' : 'Its fence is stale');
      throw sequenceConflict(lease.runId, `the log ends with ${numberOf(row, 'last_seq')}, ${outcome.message}`);
    },

    async readEvents(
      runId: string,
      { after = 0, limit = Number.MAX_SAFE_INTEGER }: { readonly after?: number; readonly limit?: number } = {},
    ): Promise<readonly ForgeEvent[]> {
      const events: ForgeEvent[] = [];
      while (events.length < limit) {
        const wanted = Math.min(pageSize, limit - events.length);
        const last = events.at(-1)?.seq ?? after;
        const page = await readPage(runId, last, wanted).catch(async (error: unknown) => {
          throw isForgeError(error, 'STORE_CORRUPT') ? await firstDamaged(runId, last, error) : error;
        });
        events.push(...page);
        if (page.length < wanted) break;
      }
      return events;
    },
  };
}

interface Link {
  readonly from: { readonly seq: number; readonly hash: string } | undefined;
  readonly to: ForgeEvent | undefined;
}

/** What the events connect to, after a look at the links between them. */
function checkedLink({ runId }: Lease, events: readonly ForgeEvent[]): Link {
  for (const [index, event] of events.entries()) {
    if (event.traceId !== runId) {
      throw forgeError('EVENT_INVALID', `An event of run ${event.traceId} was appended to ${runId}`, {
        where: event.id,
      });
    }
    const before = events[index - 1];
    if (before === undefined) continue;
    if (event.seq !== before.seq + 1) throw sequenceConflict(runId, `${event.seq} follows ${before.seq}`);
    if (event.previousHash !== before.hash) throw sequenceConflict(runId, `the hash before ${event.seq} differs`);
  }
  const first = events[0];
  return {
    from: first === undefined ? undefined : { seq: first.seq - 1, hash: first.previousHash },
    to: events.at(-1),
  };
}

/**
 * Changes the run's head only if lease, sequence and hash all fit: one condition, so nothing can come in between. What
 * the first event's previous hash is, only its writer knows.
 */
function moveHead(lease: Lease, { from, to }: Link, patch: RunPatch): Statement {
  const assignments = patchAssignments(patch);
  if (from === undefined || to === undefined) {
    return {
      guard: 'head',
      sql: `UPDATE runs SET fence = fence${assignments.sql} WHERE ${held}`,
      params: [...assignments.params, lease.runId, lease.fence],
      expect: 1,
    };
  }
  return {
    guard: 'head',
    sql: `UPDATE runs SET last_seq = ?, last_hash = ?, updated_at = ?${assignments.sql}
      WHERE ${held} AND last_seq = ? AND (last_seq = 0 OR last_hash = ?)`,
    params: [to.seq, to.hash, to.timestamp, ...assignments.params, lease.runId, lease.fence, from.seq, from.hash],
    expect: 1,
  };
}

function insert(lease: Lease, event: ForgeEvent): Statement {
  return {
    sql: 'INSERT INTO events (run_id, seq, body) VALUES (?, ?, ?)',
    params: [lease.runId, event.seq, JSON.stringify(event)],
    expect: 1,
  };
}

function eventOf(runId: string, row: Row): ForgeEvent {
  const seq = numberOf(row, 'seq');
  const where = `run ${runId}, event ${seq}`;
  const event = storedJson(row, 'body', where) as ForgeEvent;
  if (event.seq === seq) return event;
  throw forgeError('LOG_CORRUPT', `Event ${seq} of run ${runId} says that it is ${event.seq}`, { where });
}

function sequenceConflict(runId: string, why: string): Error {
  return forgeError('SEQUENCE_CONFLICT', `Events do not continue the log of run ${runId}`, { where: runId, why });
}

function damaged(runId: string, seq: number, cause: Error): Error {
  const where = `run ${runId}, event ${seq}`;
  return forgeError('LOG_CORRUPT', `The log of run ${runId} is damaged at event ${seq}`, {
    where,
    data: { seq },
    cause,
  });
}
