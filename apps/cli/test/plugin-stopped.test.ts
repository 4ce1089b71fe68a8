import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './cli-process.ts';
import { archive, name, project } from './plugin-project.ts';

test('Ctrl-C while a plugin is added leaves nothing of it', { timeout: 120_000 }, async () => {
  const { cwd, start } = project();
  const files = () => readdirSync(cwd).filter((file) => !['node_modules', '.forge'].includes(file));
  const packageJson = () => readFileSync(join(cwd, 'package.json'), 'utf8');
  const before = { files: files(), packageJson: packageJson() };
  // All is installed and written when it is started, and it takes as long as it is to.
  const go = join(temporaryFolder(), 'go');
  const waits = `import { existsSync } from 'node:fs';
while (!existsSync(${JSON.stringify(go)})) await new Promise((resolve) => setTimeout(resolve, 20));
`;
  const adding = start('add', archive('1.0.0', waits), '--yes', '--in-process');
  await adding.says('starting it once');
  adding.kill('SIGINT');
  writeFileSync(go, '');
  const { code, stderr } = await adding.ended;
  expect([code, stderr]).toEqual([130, expect.stringContaining('undoing it')]);
  expect({ files: files(), packageJson: packageJson() }).toEqual(before);
  expect(existsSync(join(cwd, 'node_modules', name))).toBe(false);
});
