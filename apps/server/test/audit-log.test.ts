import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAuditLog } from '../src/audit-log.ts';
import { createStateFolder } from '../src/state/state-folder.ts';
import { temporaryFolder } from './support/place.ts';

const actor = { id: 't1', name: 'ada', scopes: ['admin'] } as const;

/** A log whose files hold about three changes. */
function auditLog() {
  const path = temporaryFolder();
  let ids = 0;
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead, sleep: async () => {} };
  const newId = () => `01K${String((ids += 1)).padStart(6, '0')}`;
  const log = createAuditLog(createStateFolder(path), { clock, newId, bytes: 500, days: 2 });
  return {
    log,
    files: () => readdirSync(path).sort(),
    sizeOf: (name: string) => statSync(join(path, name)).size,
    pass: (days: number) => {
      ahead += days * 24 * 3_600_000;
    },
    change: async (subject: string) => (await log.asked(actor, 'startRun', subject))(202),
  };
}

test('a file that has grown large is put aside, and everything is still read, newest first', async () => {
  const { log, files, sizeOf, change } = auditLog();
  const subjects = Array.from({ length: 12 }, (_, index) => `/api/runs/${index}`);
  for (const subject of subjects) await change(subject);
  expect(files().length).toBeGreaterThan(3);
  for (const name of files()) expect(sizeOf(name)).toBeLessThan(700);
  const all = await log.read(100);
  expect(all.filter(({ status }) => status === 202).map(({ subject }) => subject)).toEqual(subjects.toReversed());
  expect(all).toHaveLength(24);
  expect(await log.read(5)).toEqual(all.slice(0, 5));
});

test('nothing is lost when many write while files are put aside', async () => {
  const { log, change } = auditLog();
  await Promise.all(Array.from({ length: 40 }, (_, index) => change(`/api/runs/${index}`)));
  expect(new Set((await log.read(1_000)).map(({ id, status }) => `${id} ${status}`)).size).toBe(80);
});

test('what was put aside goes when its days are over, and nothing before', async () => {
  const { log, files, pass, change } = auditLog();
  for (let index = 0; index < 6; index += 1) await change(`/api/runs/${index}`);
  const kept = files();
  pass(1);
  await change('/api/runs/later');
  expect(files()).toEqual(expect.arrayContaining(kept));
  pass(2);
  await change('/api/runs/last');
  expect(files().filter((name) => kept.includes(name) && name !== 'audit.jsonl')).toEqual([]);
  expect((await log.read(1))[0]).toMatchObject({ subject: '/api/runs/last', status: 202 });
});
