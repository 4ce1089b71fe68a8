import { describe, expect, it } from 'vitest';
import { contextSnapshot } from '../../src/run/context-snapshot.ts';
import { initialState, type RunState } from '../../src/run/run-state.ts';

const requirement = { task: 'Several things', constraints: [], acceptanceCriteria: [], images: [] };
const task = (id: string, ...dependencies: string[]) => ({
  id,
  title: id,
  goal: id,
  files: [],
  dependencies,
  acceptance: [],
});

/** A run of which these tasks are done. */
function stateAfter(phase: 'entered' | 'completed', ...done: readonly string[]): RunState {
  const state = initialState();
  state.plan = {
    summary: '',
    assessment: { score: 1, gaps: [] },
    assumptions: [],
    tasks: [task('a'), task('b', 'a'), task('c')],
  };
  state.phases = { planning: 'completed', implementation: phase };
  for (const id of done) {
    state.executions[`implementation/${id}/1`] = { status: 'completed', output: { summary: `did ${id}` } } as never;
    state.tests[`result@${id}`] = { commit: id } as never;
  }
  return state;
}

const tasksOf = (state: RunState, taskId?: string) =>
  Object.keys(contextSnapshot({ requirement, state }, taskId).tasks);

describe('what an execution knows of its run', () => {
  it.each([
    { who: 'a task of the plan', taskId: 'b', sees: ['a'] },
    { who: 'who looks for the tests beside the tasks', taskId: undefined, sees: [] },
  ])('is the same when it is resumed after more was done beside it: $who', ({ taskId, sees }) => {
    const begun = { requirement, state: stateAfter('entered', 'a') };
    const resumed = { requirement, state: stateAfter('entered', 'a', 'b', 'c') };
    expect(contextSnapshot(resumed, taskId)).toEqual(contextSnapshot(begun, taskId));
    expect(tasksOf(begun.state, taskId)).toEqual(sees);
  });

  it('is all that was done, when the tasks are over', () => {
    const state = stateAfter('completed', 'a', 'b', 'c');
    expect(tasksOf(state)).toEqual(['a', 'b', 'c']);
    expect(contextSnapshot({ requirement, state }, undefined).tests).toHaveLength(3);
  });

  it('does not change while the run goes on', () => {
    const state = stateAfter('completed', 'a');
    const snapshot = contextSnapshot({ requirement, state }, undefined);
    state.executions['implementation/b/1'] = { status: 'completed', output: { summary: 'did b' } } as never;
    expect(Object.keys(snapshot.tasks)).toEqual(['a']);
  });
});
