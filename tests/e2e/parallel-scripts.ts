import type { PlanTask } from '@forge/plugin-api';
import { answer, byAgent, byTurn, callTool, type ModelRequest, type ScriptFunction } from '@forge/testkit/model-server';
import { approval, done } from './scripts.ts';

export interface ScriptedTask {
  readonly id: string;
  readonly after?: readonly string[];
  /** What it writes, one call a file. */
  readonly writes: Readonly<Record<string, string>>;
}

/** A plan of these tasks, each written by the implementer in as many calls as it has files. */
export function planScript(tasks: readonly ScriptedTask[]): ScriptFunction {
  const plan = {
    summary: 'Several things',
    assessment: { score: 0.9, gaps: [] },
    assumptions: [],
    tasks: tasks.map(
      ({ id, after = [] }): PlanTask => ({
        id,
        title: `Do ${id}`,
        goal: `The goal of ${id}`,
        files: [],
        dependencies: [...after],
        acceptance: [],
      }),
    ),
  };
  return byAgent({
    planner: byTurn([answer(plan)]),
    implementer: Object.fromEntries(tasks.map(({ id, writes }) => [id, byTurn([...calls(writes), done(`do ${id}`)])])),
    reviewer: byTurn([approval]),
  });
}

export function calls(writes: Readonly<Record<string, string>>) {
  return Object.entries(writes).map(([path, content]) => callTool('fs_write', { path, content }));
}

/** The first message of its conversation. */
export function opening({ messages }: ModelRequest): string {
  return messages[0]?.text ?? '';
}

export function isAbout(request: ModelRequest, id: string): boolean {
  return request.tools.includes('fs_write') && opening(request).includes(`(${id})`) && !isResolving(request);
}

export function isResolving(request: ModelRequest): boolean {
  return opening(request).includes('## Conflict to resolve');
}
