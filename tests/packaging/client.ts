import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { project, type Project } from './project.ts';

const minutes = 60_000;

const settings = {
  compilerOptions: { strict: true, exactOptionalPropertyTypes: true, module: 'nodenext', noEmit: true, types: [] },
  include: ['*.ts'],
};

/** What a program of somebody else does with it. */
const talk = `
import { createForgeClient, type ListedRepository } from '@forge/sdk';

declare const process: { readonly env: Record<string, string> };
const forge = createForgeClient({ url: process.env['URL'] ?? '', token: process.env['TOKEN'] });
const repositories: readonly ListedRepository[] = (await forge.repositories.list()).items;
const { available } = await forge.automation();
const missing = await forge.runs.get('nothing').catch(({ code }: { code: string }) => code);
console.log(JSON.stringify({ repositories: repositories.map(({ id }) => id), available, missing }));
`;

interface Archives {
  readonly root: string;
  /** Path of the one with that name. */
  archive(name: string): string;
}

export function testClient({ root, archive }: Archives): void {
  let user: Project;

  beforeAll(async () => {
    user = await project({ 'tsconfig.json': JSON.stringify(settings), 'talk.ts': talk });
    const installed = await user.install(archive('forge-sdk'), archive('forge-plugin-api'));
    expect(installed.code, installed.stderr).toBe(0);
  }, minutes);
  afterAll(() => user.remove());

  test('brings its contracts and zod, and nothing that only Node has', async () => {
    const { stdout } = await user.run('ls', '-A', 'node_modules', 'node_modules/@forge');
    expect(stdout.split('\n').filter((line) => /^[@\w]/.test(line) && !line.endsWith(':'))).toEqual([
      '@forge',
      'zod',
      'plugin-api',
      'sdk',
    ]);
    const found = await user.run('grep', '-rlE', "from 'node:", 'node_modules/@forge', '--include=*.js');
    expect(found.stdout).toBe('');
  });

  test('has types that resolve, those of its dependencies, too, and its README is true', async () => {
    const readme = await readFile(join(user.folder, 'node_modules/@forge/sdk/README.md'), 'utf8');
    await user.write('readme.ts', /```ts\n([^]*?)```/.exec(readme)?.[1] ?? '');
    const check = () => user.run(join(root, 'node_modules/.bin/tsc'), '-p', '.');
    expect(await check()).toEqual({ code: 0, stdout: '', stderr: '' });
    await user.write('wrong.ts', "import { createForgeClient } from '@forge/sdk';\ncreateForgeClient({ url: 5 });\n");
    expect((await check()).stdout).toContain('wrong.ts(2,');
  });

  test('talks to a server of the packed command line', { timeout: 2 * minutes }, async () => {
    const host = await project();
    onTestFinished(() => host.remove());
    const installed = await host.install(archive('forge'));
    expect(installed.code, installed.stderr).toBe(0);
    await host.run('git', 'init', '--quiet');
    const env = { ...process.env, HOME: host.folder, XDG_STATE_HOME: '', XDG_CONFIG_HOME: '' };
    const command = join(host.folder, 'node_modules/.bin/forge');
    const server = spawn(command, ['serve', '--port', '0', '--json'], { cwd: host.folder, env });
    onTestFinished(() => void server.kill('SIGKILL'));
    const line = await firstLine(server.stdout);
    const { url } = JSON.parse(line) as { url: string };
    const made = spawn(command, ['token', 'create', 'client', '--json'], { cwd: host.folder, env });
    const answer = await firstLine(made.stdout);
    const { token } = JSON.parse(answer) as { token: string };
    const client = spawn(process.execPath, ['talk.ts'], { cwd: user.folder, env: { ...env, URL: url, TOKEN: token } });
    client.stderr.pipe(process.stderr);
    const said = await firstLine(client.stdout);
    expect(JSON.parse(said)).toEqual({
      repositories: [expect.stringMatching(/^forge-project-/)],
      available: 1,
      missing: 'RUN_NOT_FOUND',
    });
  });
}

async function firstLine(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) return line;
  return '';
}
