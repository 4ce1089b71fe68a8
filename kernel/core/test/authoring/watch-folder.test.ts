import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { watchFolder } from '../../src/authoring/watch-folder.ts';
import { systemClock } from '../../src/world/system-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

it('tells what changed, leaves out what is not its own, and ends when it is told to', async () => {
  const folder = temporaryFolder({ 'src/index.ts': '', 'node_modules/a/index.js': '' });
  const stop = new AbortController();
  const changes = watchFolder(folder, { clock: systemClock, signal: stop.signal });
  const first = changes.next();
  writeFileSync(join(folder, 'node_modules/a/index.js'), 'changed');
  mkdirSync(join(folder, '.cache'));
  writeFileSync(join(folder, '.cache/x'), 'changed');
  writeFileSync(join(folder, 'src/index.ts'), 'changed');
  expect((await first).value).toEqual(['src/index.ts']);
  const second = changes.next();
  writeFileSync(join(folder, 'plugin.json'), '{}');
  expect((await second).value).toEqual(['plugin.json']);
  const last = changes.next();
  stop.abort();
  expect((await last).done).toBe(true);
});
