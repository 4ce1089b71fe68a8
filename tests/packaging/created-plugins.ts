import { join } from 'node:path';
import { kinds } from '@forge/plugin-api';
import { expect, test } from 'vitest';
import { project } from './project.ts';

const minutes = 60_000;

/** What a playground gets, where it has to be told something to end by itself. */
const playArguments: Readonly<Record<string, readonly string[]>> = { deployer: ['echo'], tool: ['plugin.json'] };
/** It asks a person, or a server. */
const notPlayed = ['gate', 'llm'];

/** Options that a plugin of that kind must have. */
const options: Readonly<Record<string, readonly string[]>> = { llm: ['--option', 'baseUrl=http://127.0.0.1:9/v1'] };

export interface Archives {
  commandLine(): string;
  libraries(): readonly string[];
}

export function testCreatedPlugins(archives: Archives): void {
  test('in a folder of its own it installs, passes its tests, and can be added as a folder and as a package', {
    timeout: 4 * minutes,
  }, async () => {
    const user = await project();
    expect(await user.install(archives.commandLine())).toMatchObject({ code: 0 });
    await user.run('git', 'init', '--quiet');
    const forge = (...args: string[]) => user.bin('forge', ...args);
    expect(await forge('plugin', 'create', 'forge-plugin-tides', '--kind', 'tool')).toMatchObject({ code: 0 });
    const inside = (...args: string[]) => user.run('npm', '--prefix', 'forge-plugin-tides', ...args);
    const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--no-save', ...archives.libraries()];
    expect(await inside(...install)).toMatchObject({ code: 0 });
    for (const script of ['test', 'run typecheck', 'run play']) {
      const { code, stdout, stderr } = await inside(...script.split(' '));
      expect(code, script + stdout + stderr).toBe(0);
    }
    const tested = await forge('plugin', 'test', './forge-plugin-tides', '--json');
    expect(tested.code, tested.stdout + tested.stderr).toBe(0);
    expect(JSON.parse(tested.stdout.split('\n')[0] ?? '')).toMatchObject({ kind: 'tool', name: 'tides', failed: [] });
    await user.write(
      'forge-plugin-tides/test/contract.test.ts',
      "import { test } from 'vitest';\ntest('nothing', () => {});\n",
    );
    const untested = await forge('plugin', 'test', './forge-plugin-tides', '--json');
    expect(untested.code, untested.stdout).toBe(1);
    expect(untested.stdout).toContain('"hasContract":false');
    const added = await forge('plugin', 'add', './forge-plugin-tides', '--yes');
    expect(added.code, added.stderr).toBe(0);
    expect(await forge('plugin', 'remove', 'forge-plugin-tides')).toMatchObject({ code: 0 });
    const packed = await user.run('npm', 'pack', '--silent', './forge-plugin-tides');
    const addedPackage = await forge('plugin', 'add', `./${packed.stdout.trim()}`, '--yes');
    expect(addedPackage.code, addedPackage.stderr).toBe(0);
    await user.remove();
  });

  test('of every kind it passes its tests and its types, plays, and can be added', {
    timeout: 8 * minutes,
  }, async () => {
    const user = await project();
    const others = ['vitest@5.1.1', 'typescript@7.0.2', '@types/node@24.10.1'];
    expect(await user.install(archives.commandLine(), ...archives.libraries(), ...others)).toMatchObject({ code: 0 });
    await user.run('git', 'init', '--quiet');
    for (const kind of kinds) {
      const folder = `plugins/${kind}`;
      const created = ['plugin', 'create', `forge-plugin-my-${kind}`, '--kind', kind, '--directory', folder];
      expect(await user.bin('forge', ...created)).toMatchObject({ code: 0 });
      await expectPasses(
        kind,
        await user.bin('forge', ...['plugin', 'add', `./${folder}`, '--yes', ...(options[kind] ?? [])]),
      );
      const bin = (name: string) => join(user.folder, 'node_modules/.bin', name);
      await expectPasses(kind, await user.runIn(folder, bin('tsc')));
      if (notPlayed.includes(kind)) continue;
      await expectPasses(kind, await user.runIn(folder, 'node', 'playground.ts', ...(playArguments[kind] ?? [])));
    }
    await expectPasses('tests', await user.bin('vitest', 'run'));
    await user.remove();
  });
}

async function expectPasses(what: string, { code, stdout, stderr }: { code: number; stdout: string; stderr: string }) {
  expect(code, `${what}\n${stdout}\n${stderr}`).toBe(0);
}
