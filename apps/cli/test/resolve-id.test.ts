import type { RunRecord, RunStatus } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { matchId, resolveRun } from '../src/resolve-id.ts';

const ids = ['01JAAAAAAAAAAAAAAAAAAAAAAA', '01JAAAAAAAAAAAAAAAAAAAABBB', '01JCCCCCCCCCCCCCCCCCCCCCCC'];
const candidates = ids.map((id) => ({ id, label: `label of ${id}` }));

function store(records: readonly string[]) {
  const runs = records.map((id) => ({ id, status: 'completed', task: 'a task' }) as RunRecord);
  return {
    getRun: (id: string) => Promise.resolve(runs.find((run) => run.id === id)),
    listRuns: ({ limit = 50 } = {}) => Promise.resolve(runs.slice(0, limit)),
  };
}

describe('ids', () => {
  it.each([
    ['all of it', ids[0], ids[0]],
    ['its end', 'BBB', ids[1]],
    ['its start', '01JC', ids[2]],
    ['lower case', '01jc', ids[2]],
    ['the sign of a run before it', 'run_01JC', ids[2]],
    ['nothing that is there', 'ZZZ', undefined],
  ])('are found by %s', (_name, given, id) => {
    expect(matchId(given ?? '', candidates, 'run')?.id).toBe(id);
  });

  it('that fit several are refused with the list of them', () => {
    expect(() => matchId('01JA', candidates, 'run')).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: '"01JA" fits more than one run',
        details: expect.objectContaining({ why: `${ids[0]}  label of ${ids[0]}\n${ids[1]}  label of ${ids[1]}` }),
      }),
    );
  });

  it('wins as a whole over being the start of another', () => {
    expect(
      matchId(
        'ab',
        [
          { id: 'abc', label: '' },
          { id: 'ab', label: '' },
        ],
        'run',
      )?.id,
    ).toBe('ab');
  });

  it('stand for the newest run when there is none', async () => {
    expect((await resolveRun(store(ids), undefined)).id).toBe(ids[0]);
    expect((await resolveRun(store(ids), 'BBB')).id).toBe(ids[1]);
  });

  it('stand for the newest run that can be meant when there is none', async () => {
    const runs = [
      { id: 'finished', status: 'completed' },
      { id: 'owned', status: 'running' },
      { id: 'waiting', status: 'parked' },
    ] as RunRecord[];
    const some = {
      getRun: () => Promise.resolve(undefined),
      listRuns: ({ status }: { status?: readonly RunStatus[] } = {}) =>
        Promise.resolve(runs.filter((run) => status?.includes(run.status) ?? true)),
    };
    const none = 'no run that can go on';
    const meant = { status: ['parked', 'running'], none } as const;
    expect((await resolveRun(some, undefined, meant)).id).toBe('owned');
    const fits = (run: RunRecord): Promise<boolean> => Promise.resolve(run.id !== 'owned');
    expect((await resolveRun(some, undefined, { ...meant, fits })).id).toBe('waiting');
    await expect(resolveRun(some, undefined, { status: ['failed'], none })).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      message: 'There is no run that can go on here',
    });
  });

  it.each([
    [[], undefined, 'There are no runs here yet'],
    [ids, 'ZZZ', 'There is no run ZZZ here'],
  ])('of runs that are not there are refused', async (records, given, message) => {
    await expect(resolveRun(store(records), given)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND', message });
  });
});
