import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewMemory } from '@forge/plugin-api';
import { onTestFinished } from 'vitest';
import { createSqliteMemory } from '../src/sqlite-memory.ts';

export function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'forge-memory-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'memory.db');
}

/** A memory whose ids count up and whose clock stands still until `time.now` is changed. */
export function memoryIn(file = temporaryFile(), prefix = 'm') {
  const time = { now: 1000 };
  let ids = 0;
  const memory = createSqliteMemory({
    file,
    clock: { now: () => time.now },
    newId: () => `${prefix}${String(++ids).padStart(6, '0')}`,
  });
  onTestFinished(() => memory.close());
  return Object.assign(memory, { time });
}

export const fact = (content: string, fields: Partial<NewMemory> = {}): NewMemory => ({
  repoId: 'here',
  type: 'semantic',
  content,
  confidence: 0.8,
  provenance: { runId: 'r1', author: 'agent' },
  ...fields,
});
