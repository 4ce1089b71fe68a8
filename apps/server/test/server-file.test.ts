import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { claimServer, runningServer } from '../src/state/server-file.ts';
import { createStateFolder } from '../src/state/state-folder.ts';

function place() {
  const path = mkdtempSync(join(tmpdir(), 'forge-claim-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return createStateFolder(path);
}
const all = () => 'then';

it('is one of many that start at the same time', async () => {
  const folder = place();
  const pids = Array.from({ length: 20 }, (_, index) => index + 2);
  const claims = await Promise.allSettled(pids.map((pid) => claimServer(folder, { pid, processStart: all })));
  const codes = claims.map((claim) =>
    claim.status === 'fulfilled' ? 'claimed' : (claim.reason as { code: string }).code,
  );
  expect(codes.filter((code) => code === 'claimed')).toHaveLength(1);
  expect(new Set(codes)).toEqual(new Set(['claimed', 'SERVER_RUNNING']));
});

it('takes the place of one that died and had its number, as in a container', async () => {
  const folder = place();
  await claimServer(folder, { pid: 1, processStart: all });
  const again = await claimServer(folder, { pid: 1, processStart: all });
  await again.announce({ url: 'http://127.0.0.1:1' });
  expect(runningServer(folder, all)).toMatchObject({ pid: 1, url: 'http://127.0.0.1:1' });
});

it('takes the place of one whose number another process has since the machine was started again', async () => {
  const folder = place();
  await claimServer(folder, { pid: 2, processStart: () => 'before' });
  await claimServer(folder, { pid: 3, processStart: () => 'after' });
  expect(runningServer(folder, () => 'after')).toMatchObject({ pid: 3 });
  expect(runningServer(folder, () => 'later')).toBeUndefined();
});

it('takes the place of one that is gone, and of a file that says nothing', async () => {
  const folder = place();
  await claimServer(folder, { pid: 2, processStart: all });
  await claimServer(folder, { pid: 3, processStart: (pid) => (pid === 2 ? undefined : 'then') });
  writeFileSync(join(folder.path, 'server.json'), '{"pid"');
  await claimServer(folder, { pid: 4, processStart: all });
  await expect(claimServer(folder, { pid: 5, processStart: all })).rejects.toMatchObject({
    code: 'SERVER_RUNNING',
    details: { data: { pid: 4 } },
  });
});
