import type { ForgeEvent } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { journalVersion, refuseOtherJournal } from '../../src/log/journal-version.ts';
import { foldEvents } from '../../src/run/fold-events.ts';

const payloads: Readonly<Record<string, object>> = {
  'run.resumed': { owner: 'here:1', fence: 2 },
  'run.parked': { reason: 'stopped', detail: '' },
  'run.failed': { code: 'INTERNAL', message: '' },
  'phase.entered': { phase: 'planning' },
  'llm.requested': { ordinal: 1, requestHash: 'x' },
  'llm.responded': { ordinal: 1, response: {}, estimated: false },
  'tool.result': { ordinal: 2 },
  'task.merged': { taskId: 'a', commit: 'b' },
};

const events = (...types: readonly string[]) =>
  types.map((type, at) => ({
    type,
    seq: at + 1,
    payload: payloads[type] ?? {},
    executionId: 'a/1',
  })) as unknown as ForgeEvent[];

describe('recoveries without progress', () => {
  const resumed = 'run.resumed';
  const HISTORIES: readonly { name: string; types: readonly string[]; recoveries: number }[] = [
    { name: 'a new run', types: ['run.started'], recoveries: 0 },
    { name: 'a crash', types: ['run.started', resumed], recoveries: 1 },
    { name: 'three crashes', types: ['run.started', resumed, resumed, resumed], recoveries: 3 },
    { name: 'crashes that only asked', types: [resumed, 'phase.entered', 'llm.requested', resumed], recoveries: 2 },
    { name: 'a reply since', types: [resumed, resumed, 'llm.responded'], recoveries: 0 },
    { name: 'a reply since, and a crash', types: [resumed, resumed, 'llm.responded', resumed], recoveries: 1 },
    { name: 'a result since', types: [resumed, 'tool.result', resumed], recoveries: 1 },
    { name: 'a merge since', types: [resumed, resumed, 'task.merged'], recoveries: 0 },
    { name: 'a clean park', types: ['run.started', 'run.parked', resumed], recoveries: 0 },
    {
      name: 'many clean parks',
      types: ['run.parked', resumed, 'run.parked', resumed, 'run.parked', resumed],
      recoveries: 0,
    },
    { name: 'crashes before a clean park', types: [resumed, resumed, 'run.parked', resumed], recoveries: 0 },
    { name: 'a crash after a clean park', types: ['run.parked', resumed, resumed], recoveries: 1 },
    { name: 'a failure', types: [resumed, 'run.failed', resumed], recoveries: 0 },
  ];
  it.each(HISTORIES)('$name: $recoveries', ({ types, recoveries }) => {
    expect(foldEvents(events(...types)).recoveries).toBe(recoveries);
  });
});

describe('the version of a journal', () => {
  const started = (more: object) => ({ type: 'run.started', seq: 1, payload: { forgeVersion: '0.1.0', ...more } });
  const resumedBy = (more: object) => ({ type: 'run.resumed', seq: 2, payload: { owner: '', fence: 1, ...more } });
  const LOGS: readonly { name: string; log: readonly object[]; found: number; refused?: string }[] = [
    { name: 'an old log without one', log: [started({})], found: 1 },
    { name: 'this one', log: [started({ journalVersion })], found: journalVersion },
    {
      name: 'an old one that this Forge went on from',
      log: [started({}), resumedBy({ journalVersion })],
      found: journalVersion,
    },
    {
      name: 'this one that an older Forge went on from',
      log: [started({ journalVersion }), resumedBy({})],
      found: journalVersion,
    },
    { name: 'a newer one', log: [started({ journalVersion: 99 })], found: 99, refused: 'Forge 0.1.0' },
    {
      name: 'one that a newer Forge went on from',
      log: [started({ journalVersion }), resumedBy({ journalVersion: 99, forgeVersion: '7.0.0' })],
      found: 99,
      refused: 'Forge 7.0.0',
    },
  ];
  it.each(LOGS)('$name', ({ log, found, refused }) => {
    const state = foldEvents(log as ForgeEvent[]);
    expect(state.journalVersion).toBe(found);
    const look = () => refuseOtherJournal('R1', state);
    if (refused === undefined) return expect(look).not.toThrow();
    expect(look).toThrow(
      expect.objectContaining({
        code: 'JOURNAL_VERSION',
        details: expect.objectContaining({ why: `${refused} wrote it` }),
      }),
    );
  });
});
