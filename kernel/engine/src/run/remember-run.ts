import type { NewMemory } from '@forge/plugin-api';
import { maskJson } from '../log/mask-json.ts';
import type { Progress } from '../phases/progress.ts';
import type { Run } from './run.ts';

/**
 * Keeps what a finished run taught, for the planners of later runs in this repository: what was done, and each fault
 * that its review found. Words only, never code.
 */
export async function rememberRun(run: Run, { plan }: Progress): Promise<void> {
  const common = {
    repoId: run.deps.repositoryId,
    context: run.requirement.task.slice(0, 500),
    provenance: { runId: run.id, author: 'agent' as const },
  };
  const done: NewMemory = {
    ...common,
    type: 'episodic',
    content: `Done before: ${plan.summary}`,
    confidence: 0.6,
    tags: ['run'],
  };
  const faults = run.state.findings
    .filter(({ state }) => state === 'resolved')
    .map(
      ({ finding }): NewMemory => ({
        ...common,
        type: 'procedural',
        content: `A review found in ${finding.file}: ${finding.message}`,
        confidence: 0.5,
        tags: ['review', finding.severity],
      }),
    );
  const memory = await run.deps.memory();
  for (const lesson of [done, ...faults]) await memory.store(maskJson(lesson, run.deps.mask));
  // The same task done twice is one lesson.
  await memory.consolidate();
}
