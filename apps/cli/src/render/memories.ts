import type { Memory } from '@forge/plugin-api';
import { formatTime } from './figures.ts';
import type { Style } from './style.ts';
import { drawTable } from './table.ts';
import { harmless, oneLine } from './text-width.ts';

/** One memory a line. */
export function drawMemories(memories: readonly Memory[], width: number): string {
  const rows = memories.map(({ id, type, confidence, repoId, content }) => [
    id,
    type,
    confidence.toFixed(2),
    repoId === 'global' ? 'global' : '',
    oneLine(content),
  ]);
  return drawTable(rows, [{}, {}, {}, {}, { flexible: true }], width);
}

/** All of one memory. */
export function drawMemory(memory: Memory, style: Style): string {
  const { id, type, repoId, confidence, context, content, tags, provenance, createdAt, updatedAt } = memory;
  const rows = [
    ['id', id],
    ['type', type],
    ['holds for', repoId === 'global' ? 'every repository' : repoId],
    ['sure', confidence.toFixed(2)],
    ['when', oneLine(context)],
    ['tags', tags.join(', ')],
    ['from', [provenance.author, provenance.runId && `run ${provenance.runId}`].filter(Boolean).join(', ')],
    ['written', formatTime(createdAt)],
    ['changed', updatedAt === createdAt ? '' : formatTime(updatedAt)],
  ] as const;
  const head = rows.filter(([, text]) => text !== '').map(([name, text]) => `${style.dim(name.padEnd(11))}${text}`);
  return [...head, '', harmless(content)].join('\n');
}
