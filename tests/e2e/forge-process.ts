import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ForgeEvent } from '@forge/plugin-api';
import { expectCheckpointsToFit } from './checkpoints-fit.ts';
import { throughRestarts } from './restarting.ts';
import { temporaryFolder } from './sample-repository.ts';

/** As it is shipped, and a third cheaper than from source; it is built before the tests, and builds itself when a source is newer. */
const entry = fileURLToPath(new URL('../../apps/cli/dist/forge.js', import.meta.url));

/** Commands after which every checkpoint is compared with the fold of its events. */
const storing: ReadonlySet<string> = new Set(['run', 'resume', 'fork', 'approve', 'answer', 'reject']);

/** With `ALWAYS_CRASH=n`, these are carried out by processes of which each is killed when it has got n events further. */
const restarted: ReadonlySet<string> = new Set(['run', 'resume', 'fork']);
const step = Number(process.env['ALWAYS_CRASH']);

export interface ForgeEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The objects of `--json`. */
  readonly objects: readonly Record<string, unknown>[];
  readonly events: readonly ForgeEvent[];
}

export interface RunningForge {
  readonly pid: number;
  readonly ended: Promise<ForgeEnd>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the first event that fits, as soon as it is printed; rejects when Forge ends without it. */
  event(fits: (event: ForgeEvent) => boolean): Promise<ForgeEvent>;
}

export interface ForgeWorld {
  readonly cwd: string;
  readonly modelUrl: string;
  readonly home?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** One file of the tests, for what is not about them: `npm test` takes as long as the rest of a short run. */
  readonly quickTests?: boolean;
}

/** The command line as a person's own process: its home is empty, its model is the scripted one. */
export function createForge({ cwd, modelUrl, home = temporaryFolder(), env = {}, quickTests = false }: ForgeWorld) {
  const environment: Readonly<Record<string, string>> = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: 'sk-ant-e2e-canary-0123456789',
    ...(quickTests ? { FORGE_TESTING__COMMAND: '["node","test/area.test.js"]' } : {}),
    ...env,
  };

  const command = (...args: string[]) => ({
    file: process.execPath,
    args: [entry, ...args],
    options: { cwd, env: environment },
  });

  const checkpointsFit = () => expectCheckpointsToFit(environment['FORGE_HOME'] ?? join(cwd, '.forge'));

  function start(...words: string[]): RunningForge {
    const { file, args, options } = command(...words);
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    const listeners = new Set<() => void>();
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      for (const listener of listeners) listener();
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    const ended = new Promise<ForgeEnd>((resolve) => {
      child.on('close', (code, signal) =>
        resolve({ code, signal, stdout, stderr, objects: parse(stdout), events: eventsOf(stdout) }),
      );
    }).then(async (end) => {
      if (words.some((word) => storing.has(word))) await checkpointsFit();
      return end;
    });
    return {
      pid: child.pid ?? 0,
      ended,
      kill: (signal) => void child.kill(signal),
      event(fits) {
        return new Promise((resolve, reject) => {
          const look = () => {
            const found = eventsOf(stdout).find(fits);
            if (found === undefined) return;
            listeners.delete(look);
            resolve(found);
          };
          listeners.add(look);
          look();
          void ended.then((end) =>
            reject(new Error(`Forge ended first with ${end.code}\n${end.stderr}\n${end.stdout.slice(-2_000)}`)),
          );
        });
      },
    };
  }

  async function run(...words: string[]): Promise<ForgeEnd> {
    if (!(step > 0) || !words.some((word) => restarted.has(word))) return start(...words).ended;
    const { code, stdout, stderr, events } = await throughRestarts({ cwd, env: environment, words }, step);
    await checkpointsFit();
    return { code, signal: null, stdout, stderr, objects: parse(stdout), events };
  }

  return { command, start, run };
}

/** Whole lines only: the last one may still be on its way. */
function parse(stdout: string): Record<string, unknown>[] {
  return stdout
    .slice(0, stdout.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function eventsOf(stdout: string): ForgeEvent[] {
  return parse(stdout).filter((object) => 'seq' in object && 'hash' in object) as unknown as ForgeEvent[];
}
