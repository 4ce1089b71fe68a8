import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** As it is shipped: it starts with half the work that it is from source, and builds itself when a source is newer. */
export const entry: string = fileURLToPath(new URL('../dist/forge.js', import.meta.url));

export interface CliEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The objects of `--json`. */
  readonly objects: readonly { readonly type: string; readonly [key: string]: unknown }[];
}

export interface RunningCli {
  readonly ended: Promise<CliEnd>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when standard output or error holds that, with what fits. */
  says(text: string | RegExp): Promise<string>;
}

export interface CliWorld {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** The real command line as a process of its own, with an empty home and nothing of this environment but PATH. */
export function startCli({ cwd, env = {}, stdin }: CliWorld, ...args: string[]): RunningCli {
  const child = spawn(process.execPath, [entry, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: temporaryFolder(), ...env },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(stdin);
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  const heard = (): void => listeners.forEach((listener) => listener());
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    heard();
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    heard();
  });
  const ended = new Promise<CliEnd>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr, objects: objectsOf(stdout) }));
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    ended,
    kill: (signal) => void child.kill(signal),
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const said = stdout + stderr;
          const found = typeof text === 'string' ? (said.includes(text) ? text : undefined) : text.exec(said)?.[0];
          if (found === undefined) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
        void ended.then((end) => reject(new Error(`ended with ${end.code} and never said ${text}:\n${end.stderr}`)));
      }),
  };
}

export function runCli(world: CliWorld, ...args: string[]): Promise<CliEnd> {
  return startCli(world, ...args).ended;
}

function objectsOf(stdout: string): CliEnd['objects'] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as CliEnd['objects'][number]];
    } catch {
      return [];
    }
  });
}

export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'forge-cli-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return path;
}

/** A repository with one commit. */
export function temporaryRepository(files: Readonly<Record<string, string>> = { 'README.md': '# Sample\n' }): string {
  const path = temporaryFolder();
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  git(path, 'init', '--quiet', '--initial-branch=main');
  git(path, 'add', '--all');
  git(path, 'commit', '--quiet', '--message=feat: first');
  return path;
}

export function git(cwd: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=Person', '-c', 'user.email=person@example.org'];
  return execFileSync('git', [...identity, ...args], { cwd, encoding: 'utf8' }).trim();
}
