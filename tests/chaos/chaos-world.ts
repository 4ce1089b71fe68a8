import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startModelServer } from '@forge/testkit/model-server';
import { onTestFinished } from 'vitest';
import { createForge } from '../e2e/forge-process.ts';
import { eventsIn, crashing } from '../e2e/restarting.ts';
import { sampleRepository, temporaryFolder } from '../e2e/sample-repository.ts';
import { createScenario } from './scenario.ts';

const plugin = fileURLToPath(new URL('../fixtures/plugins/effects', import.meta.url));

/**
 * Everything that a run can touch in one folder: the person's repository with Forge's state, the person's home, and
 * the world outside as a file of effects. The folder can be kept as it is at a moment and brought back.
 */
export async function createChaosWorld(seed: number, tasks = 3) {
  const scenario = createScenario(tasks);
  const folder = temporaryFolder();
  const [repository, home, outside] = ['repository', 'home', 'outside'].map((name) => join(folder, 'now', name)) as [
    string,
    string,
    string,
  ];
  const server = await startModelServer({ script: scenario.script(seed) });
  onTestFinished(() => server.close());
  cpSync(sampleRepository('make').path, repository, { recursive: true });
  for (const path of [home, outside]) mkdirSync(path);
  const effectsFile = join(outside, 'effects');
  const env = {
    FORGE_PLUGINS: JSON.stringify([{ use: plugin, options: { file: effectsFile }, inProcess: true }]),
    FORGE_TESTING__COMMAND: '["true"]',
    FORGE_SANDBOX__USE: 'process',
  };
  const forge = createForge({ cwd: repository, modelUrl: server.url, home, env });

  const command = (...words: string[]) => {
    const { options } = forge.command();
    return { ...options, words };
  };
  const branches = () => namesIn(join(repository, '.git', 'refs', 'heads', 'forge'));

  return {
    scenario,
    server,
    forge,
    start(crash: string, ...words: string[]) {
      const { file, args, options } = crashing(command(...words), crash);
      return spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    },
    command,
    keep(name: string) {
      cpSync(join(folder, 'now'), join(folder, name), {
        recursive: true,
        preserveTimestamps: true,
        verbatimSymlinks: true,
      });
    },
    bringBack(name: string) {
      rmSync(join(folder, 'now'), { recursive: true, force: true });
      renameSync(join(folder, name), join(folder, 'now'));
    },
    events: () => eventsIn(join(repository, '.forge', 'runs.db')),
    effects: () =>
      existsSync(effectsFile)
        ? readFileSync(effectsFile, 'utf8')
            .trim()
            .split('\n')
            .map((line) => line.split(' ').slice(0, 2).join(' '))
            .sort()
        : [],
    branches,
    leftFolders: () => namesIn(join(repository, '.forge', 'runs')),
    /** Of the delivered branch. */
    tree: () => git(repository, 'rev-parse', `forge/${branches()[0]}^{tree}`),
    folder,
  };
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8' }).trim();
}

export type ChaosWorld = Awaited<ReturnType<typeof createChaosWorld>>;
