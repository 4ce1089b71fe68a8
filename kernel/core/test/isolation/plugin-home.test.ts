import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { makeHome } from '../../src/isolation/plugin-home.ts';

const self = { id: 'this', host: 'here', pid: process.pid };
const temporary = mkdtempSync(join(tmpdir(), 'forge-homes-'));
vi.stubEnv('TMPDIR', temporary);
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true, force: true });
});

it('a home that a killed Forge has left is removed, and one that may be in use is not', async () => {
  const { pid: dead } = spawnSync(process.execPath, ['-e', '0']);
  const left = await makeHome({ ...self, id: 'dead', pid: dead });
  writeFileSync(join(left, 'cache'), 'x');
  const inUse = [
    await makeHome({ ...self, id: 'another of this process' }),
    await makeHome({ ...self, id: 'the parent', pid: process.ppid }),
    await makeHome({ ...self, id: 'elsewhere', host: 'there', pid: dead }),
    join(temporary, 'forge-plugin-load-abc'),
  ];
  mkdirSync(inUse[3] ?? '');

  const home = await makeHome(self);
  expect([home, ...inUse].map(existsSync)).toEqual([true, true, true, true, true]);
  expect(existsSync(left)).toBe(false);
});
