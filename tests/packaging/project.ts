import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project outside the repository, as a user has it: a package.json and what npm puts beside it. */
export async function project(files: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'forge-project-'));
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  await write('package.json', '{ "name": "project", "private": true, "type": "module" }\n');
  for (const [path, text] of Object.entries(files)) await write(path, text);
  return {
    folder,
    write,
    run: (command: string, ...args: string[]) => run(command, args, folder),
    runIn: (inside: string, command: string, ...args: string[]) => run(command, args, join(folder, inside)),
    /** Runs a command that an installed package brought, as npm scripts do. */
    bin: (name: string, ...args: string[]) => run(join(folder, 'node_modules/.bin', name), args, folder),
    install: (...packages: string[]) =>
      run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], folder),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export type Project = Awaited<ReturnType<typeof project>>;

/** Runs a command with nothing on the PATH that belongs to the checkout, and its temporary files in its own folder. */
export function run(command: string, args: readonly string[], cwd: string, path = pathWithoutCheckout()) {
  return new Promise<Outcome>((resolve, reject) => {
    const env = { ...process.env, PATH: path, TMPDIR: cwd };
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

/** This Node first; the checkout's `node_modules/.bin` folders left out. */
function pathWithoutCheckout(): string {
  const others = (process.env['PATH'] ?? '').split(delimiter).filter((part) => !part.includes('node_modules'));
  return [dirname(process.execPath), ...others].join(delimiter);
}
