import { describe, expect, it } from 'vitest';
import { applyEvent, viewOf } from '../../src/render/fold-run.ts';
import { elapsedMs, emptyRunView, phaseMs, type RunView } from '../../src/render/run-view.ts';
import {
  approvalRequest,
  begun,
  complete,
  doing,
  finding,
  midway,
  parkedForApproval,
  replied,
  started,
  startedAt,
  step,
  story,
} from '../event-story.ts';

const phase = (view: RunView, name: string) => view.phases.find((entry) => entry.name === name);
const task = (view: RunView, id: string) => view.tasks.find((entry) => entry.id === id);

describe('the view of a run', () => {
  it('knows every phase from the start, and what is under way', () => {
    const view = viewOf(story(...midway));
    expect(view.phases.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'planning done',
      'implementation running',
      'review waiting',
      'testing waiting',
      'deployment waiting',
    ]);
    expect(task(view, 'docs')).toMatchObject({ status: 'waiting', dependencies: ['limiter-middleware'] });
    expect(view.executions['i1']).toMatchObject({ status: 'running', activity: 'editing src/mw/limit.ts' });
  });

  it('books each reply on the run, its phase, its task and its execution', () => {
    const view = viewOf(story(...midway));
    expect(view.spent.costUsd).toBeCloseTo(0.26);
    expect(view.spent.tokens).toBe(61_000);
    expect(phase(view, 'implementation')?.spent.costUsd).toBeCloseTo(0.2);
    expect(task(view, 'tests')?.spent).toEqual({ costUsd: 0.09, tokens: 19_000, unpriced: false });
    expect(view.executions['i1']?.spent.tokens).toBe(30_000);
  });

  it('remembers that a price is not known', () => {
    const view = viewOf(story(started(), begun('p1', 'planner', 'planning'), replied('p1', undefined, 500)));
    expect(view.spent).toEqual({ costUsd: 0, tokens: 500, unpriced: true });
  });

  it('does not count the time in which nobody worked', () => {
    const events = story(
      started(),
      step(0, 'phase.entered', { phase: 'planning' }),
      step(10, 'run.parked', { reason: 'stopped', detail: 'stopped' }),
      step(3600, 'run.resumed', { owner: 'me', fence: 2 }),
      step(5, 'phase.completed', { phase: 'planning', summary: 'ready' }),
    );
    const parked = viewOf(events.slice(0, 3));
    expect(parked.status).toBe('parked');
    expect(elapsedMs(parked, startedAt + 1_000_000)).toBe(10_000);
    const view = viewOf(events);
    expect(view.status).toBe('running');
    expect(view.parked).toBeUndefined();
    expect(elapsedMs(view, view.lastAt)).toBe(15_000);
    const [planning] = view.phases;
    expect(planning && phaseMs(planning, view.lastAt)).toBe(15_000);
  });

  it('does not count the time after a process died either', () => {
    const view = viewOf(
      story(
        started(),
        step(10, 'agent.progress', { message: 'x' }),
        step(600, 'run.resumed', { owner: 'me', fence: 2 }),
      ),
    );
    expect(elapsedMs(view, view.lastAt)).toBe(10_000);
  });

  it('shows why a model is asked again until it answers, then what was done before', () => {
    const events = story(
      started(),
      begun('i1', 'implementer', 'implementation'),
      doing('i1', 'reading src/a.ts'),
      step(
        1,
        'llm.retried',
        { ordinal: 2, attempt: 1, waitMs: 3500, code: 'LLM_OVERLOADED', message: 'overloaded' },
        { executionId: 'i1' },
      ),
      replied('i1', 0.01, 10),
    );
    expect(viewOf(events.slice(0, 4)).executions['i1']?.trouble).toBe('overloaded; try 2 in 4 s');
    expect(viewOf(events).executions['i1']).toMatchObject({ trouble: '', activity: 'reading src/a.ts' });
  });

  it('keeps findings once and in their last state', () => {
    const detected = step(1, 'finding.detected', { finding, round: 1 });
    const view = viewOf(story(started(), detected, detected, step(1, 'finding.resolved', { finding, round: 2 })));
    expect(view.findings).toEqual([{ finding, round: 1, state: 'resolved' }]);
  });

  it('keeps requests with their decisions', () => {
    const decision = { approved: true, by: 'me', channel: 'cli', at: startedAt };
    const view = viewOf(
      story(started(), ...parkedForApproval(), step(1, 'request.decided', { requestId: approvalRequest.id, decision })),
    );
    expect(view.requests).toEqual([{ request: approvalRequest, decision }]);
  });

  it('gives no row to a fix that review asks for', () => {
    const view = viewOf(story(...midway, step(1, 'task.merged', { taskId: 'fix-review-1', commit: 'c' })));
    expect(view.tasks).toHaveLength(3);
  });

  it('is a fold: event by event or at once, and no view is changed', () => {
    const events = story(...complete);
    const views = [emptyRunView];
    for (const event of events) views.push(applyEvent(Object.freeze(views.at(-1) ?? emptyRunView), event));
    expect(views.at(-1)).toEqual(viewOf(events));
    expect(views[0]).toEqual(emptyRunView);
  });

  it('lets pass what it does not know', () => {
    const [event] = story(started());
    const strange = { ...event, type: 'constructor', payload: {} } as never;
    expect(applyEvent(emptyRunView, strange).phases).toEqual([]);
  });
});
