import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@forge/plugin-api';
import { type AuditRecord, auditRecordSchema } from '@forge/sdk';
import type { Actor } from './auth/tokens.ts';
import type { StateFolder } from './state/state-folder.ts';

export interface AuditLog {
  /** Written before the change is made: what was asked for is known even when the process dies in the middle. */
  asked(actor: Pick<Actor, 'id' | 'name'>, action: string, subject: string): Promise<(status: number) => Promise<void>>;
  /** Newest first. */
  read(limit: number): Promise<readonly AuditRecord[]>;
}

export interface AuditLogOptions {
  readonly clock: Clock;
  newId(): string;
  /** A file that has grown to this is put aside, and a new one is begun. */
  readonly bytes: number;
  /** What was put aside is kept for so long. */
  readonly days: number;
}

const file = 'audit.jsonl';
const dayMs = 24 * 3_600_000;

/** Who changed what, when, and how it ended: two lines for each change, with one id. */
export function createAuditLog(folder: StateFolder, { clock, newId, bytes, days }: AuditLogOptions): AuditLog {
  const at = (name: string): string => join(folder.path, name);
  /** Those that were put aside, the oldest first: their names are ordered by time. */
  const aside = (): readonly string[] =>
    readdirSync(folder.path)
      .filter((name) => /^audit-\w+\.jsonl$/.test(name))
      .sort();

  // At once, so that of many that write no two put the same file aside.
  function makeRoom(): void {
    if ((statSync(at(file), { throwIfNoEntry: false })?.size ?? 0) >= bytes)
      renameSync(at(file), at(`audit-${newId()}.jsonl`));
    for (const name of aside()) {
      const last = statSync(at(name), { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
      if (clock.now() - last > days * dayMs) rmSync(at(name), { force: true });
    }
  }
  async function append(record: AuditRecord): Promise<void> {
    makeRoom();
    await folder.append(file, record);
  }

  return {
    async asked({ id, name }, action, subject) {
      const record = { id: newId(), actor: { id, name }, action, subject };
      await append({ ...record, at: clock.now() });
      return (status) => append({ ...record, at: clock.now(), status });
    },
    async read(limit) {
      const found: AuditRecord[] = [];
      for (const name of [...aside(), file].reverse()) {
        if (found.length >= limit) break;
        const text = await readFile(at(name), 'utf8').catch(() => '');
        const lines = text
          .split('\n')
          .filter(Boolean)
          .slice(found.length - limit)
          .reverse();
        found.push(...lines.flatMap((line) => recordIn(line) ?? []));
      }
      return found;
    },
  };
}

/** Undefined for the half of a line that a sudden end of the machine left behind. */
function recordIn(line: string): AuditRecord | undefined {
  try {
    return auditRecordSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
