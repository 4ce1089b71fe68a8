import type { StoredRequest } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { resolveRequest } from '../src/resolve-request.ts';
import type { StoredRuns } from '../src/stored-runs.ts';

const request = (id: string, runId: string): StoredRequest =>
  ({ id, runId, kind: 'approval', title: `title of ${id}` }) as StoredRequest;
const open = [
  request('01REQUESTAAA', '01RUNONE'),
  request('01REQUESTBBB', '01RUNTWO'),
  request('01REQUESTCCC', '01RUNTWO'),
];
const decided = request('01REQUESTOLD', '01RUNONE');

const store = {
  getRequest: (id: string) => Promise.resolve([...open, decided].find((entry) => entry.id === id)),
  listRequests: () => Promise.resolve(open),
} as unknown as StoredRuns;

describe('requests', () => {
  it.each([
    ['its own id', '01REQUESTBBB', '01REQUESTBBB'],
    ['the end of it', 'ccc', '01REQUESTCCC'],
    ['the run that waits for it', '01RUNONE', '01REQUESTAAA'],
    ['the end of that run', 'one', '01REQUESTAAA'],
    ['the whole id of one that was decided', '01REQUESTOLD', '01REQUESTOLD'],
  ])('are found by %s', async (_name, given, id) => {
    expect((await resolveRequest(store, given)).id).toBe(id);
  });

  it.each([
    ['a run that asks twice', '01RUNTWO', 'USAGE', /asks more than one thing/],
    ['the start of several', '01REQ', 'USAGE', /fits more than one request/],
    ['what is not there', 'nothing', 'REQUEST_NOT_FOUND', /Nothing that is open/],
  ])('are not guessed from %s', async (_name, given, code, message) => {
    await expect(resolveRequest(store, given)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
