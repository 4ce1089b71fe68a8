import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCli, temporaryFolder } from './cli-process.ts';

const code = (body: string) => `import { definePlugin } from '@forge/plugin-api';
export default definePlugin({
  setup() {
    ${body}
    return { gates: [{ id: 'bell', condition: () => true, request: async () => undefined }] };
  },
});
`;

const manifest = {
  name: 'forge-plugin-bell',
  version: '0.1.0',
  type: 'gate',
  entry: './index.ts',
  provides: { gates: ['bell'] },
};

test('forge plugin dev loads again what changed, whatever happens in there, until it is told to end', async () => {
  const folder = temporaryFolder();
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  write('plugin.json', JSON.stringify(manifest));
  write('index.ts', code(''));
  const cli = startCli({ cwd: folder }, 'plugin', 'dev', '.');
  await cli.says('forge-plugin-bell 0.1.0 loads: bell');
  await cli.says('watching');
  write('index.ts', code("throw new Error('rung too hard');"));
  await cli.says('rung too hard');
  // It is read afresh: the second line of the stack is that of the file as it is now.
  await cli.says(/index\.ts:4:\d+/);
  write('index.ts', code('process.exit(0);'));
  await cli.says('· index.ts');
  write('plugin.json', JSON.stringify({ ...manifest, version: '0.2.0' }));
  write('index.ts', code(''));
  await cli.says('forge-plugin-bell 0.2.0 loads: bell');
  rmSync(join(folder, 'plugin.json'));
  await cli.says('PLUGIN_NOT_FOUND');
  cli.kill('SIGINT');
  expect((await cli.ended).code).toBe(0);
});

test('forge plugin doctor gives each plugin with what is wrong, and 6', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'plugin.json'), JSON.stringify({ ...manifest, api: '^9.0.0' }));
  const { code: exit, objects } = await startCli({ cwd: folder }, 'plugin', 'doctor', '.', '--json').ended;
  expect(exit).toBe(6);
  expect(objects).toMatchObject([
    { type: 'error', code: 'PLUGIN_API_RANGE' },
    { type: 'exit', code: 6 },
  ]);
});
