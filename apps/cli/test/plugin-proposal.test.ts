import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli, temporaryFolder } from './cli-process.ts';

test('what a plugin says of itself hides nothing of what it may do, and adds no line of its own', async () => {
  const cwd = temporaryFolder();
  const hide = '\u001B[8m';
  const manifest = {
    name: 'evil',
    version: '1.0.0',
    type: 'gate',
    description: `nice${hide}\n  may       nothing special`,
    entry: './index.js',
    provides: { gates: ['bell'] },
    permissions: { exec: true, network: [`a.example${hide}`] },
    options: { type: 'object', properties: { [`a${hide}b`]: { type: 'string' } } },
    deprecated: `use another\n  costs     nothing${hide}`,
  };
  writeFileSync(join(cwd, 'plugin.json'), JSON.stringify(manifest));
  const { code, stderr } = await runCli({ cwd }, 'plugin', 'add', '.', '--dry-run');
  expect(code, stderr).toBe(0);
  expect(stderr).not.toContain('\u001B');
  expect(stderr.match(/^ {2}(does|may|costs) .*/gm)).toEqual([
    '  does      nice may nothing special',
    '  may       speaks to a.example, starts programs',
  ]);
});
