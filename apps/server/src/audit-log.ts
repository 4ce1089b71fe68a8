import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@forge/plugin-api';
import { type AuditRecord, auditRecordSchema } from '@forge/sdk';
import type { Actor } from './auth/tokens.ts';
import type { StateFolder } from './state/state-folder.ts';

export interface AuditLog {
  /** Written before the change is made: what was asked for is known even when the process dies in the middle. */
  asked(actor: Actor, action: string, subject: string): Promise<(status: number) => Promise<void>>;
  /** Newest first. */
  read(limit: number): Promise<readonly AuditRecord[]>;
}

const file = 'audit.jsonl';

/** Who changed what, when, and how it ended: two lines for each change, with one id. */
export function createAuditLog(folder: StateFolder, { clock, newId }: { clock: Clock; newId(): string }): AuditLog {
  return {
    async asked({ id, name }, action, subject) {
      const record = { id: newId(), actor: { id, name }, action, subject };
      await folder.append(file, { ...record, at: clock.now() });
      return (status) => folder.append(file, { ...record, at: clock.now(), status });
    },
    async read(limit) {
      const text = await readFile(join(folder.path, file), 'utf8').catch(() => '');
      const lines = text.split('\n').filter(Boolean).slice(-limit).reverse();
      return lines.flatMap((line) => recordIn(line) ?? []);
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
