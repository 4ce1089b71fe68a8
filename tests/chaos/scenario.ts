import { createSeededRandom } from '@forge/testkit/fakes';
import { answer, byAgent, byTurn, callTool, type ScriptFunction, together, turnOf } from '@forge/testkit/model-server';
import { approval, done } from '../e2e/scripts.ts';

export const task = 'Write some parts';

/** Two tasks that run at once, and one behind them. */
const allTasks = [
  { id: 'north', dependencies: [] },
  { id: 'south', dependencies: [] },
  { id: 'west', dependencies: ['north', 'south'] },
];

export interface Scenario {
  /** The model of a seed: always the same words, after a while that depends on the seed, so that tasks overtake. */
  script(seed: number): ScriptFunction;
  /** What is paid for and published when all went well, each once. */
  readonly effects: readonly string[];
}

/** A plan of so many of the three tasks: each reads, pays, writes and publishes. */
export function createScenario(size: number): Scenario {
  const tasks = allTasks.slice(0, size);
  const plan = {
    summary: task,
    assessment: { score: 1, gaps: [] },
    assumptions: [],
    tasks: tasks.map(({ id, dependencies }) => ({
      id,
      title: `Write ${id}`,
      goal: `A file ${id}.txt`,
      files: [],
      dependencies,
      acceptance: [],
    })),
  };
  const implementer = Object.fromEntries(
    tasks.map(({ id }) => [
      id,
      byTurn([
        callTool('fs_read', { path: 'README.md' }),
        together(callTool('pay', { what: id }), callTool('fs_write', { path: `${id}.txt`, content: `${id}\n` })),
        callTool('publish', { what: id }),
        callTool('fs_edit', { path: `${id}.txt`, edits: [{ old: id, new: `more ${id}` }] }),
        callTool('fs_write', { path: `${id}-notes.txt`, content: `${id}\n` }),
        done(`write ${id}`),
      ]),
    ]),
  );
  const script = byAgent({ planner: byTurn([answer(plan)]), implementer, reviewer: byTurn([approval]) });
  return {
    effects: tasks.flatMap(({ id }) => [`pay ${id}`, `publish ${id}`]).sort(),
    script: (seed) => async (request, index) => {
      const reply = await script(request, index);
      const wait = createSeededRandom(seed * 1_000 + request.bytes + turnOf(request))() * 20;
      return reply && { ...reply, until: new Promise((resolve) => setTimeout(resolve, wait)) };
    },
  };
}
