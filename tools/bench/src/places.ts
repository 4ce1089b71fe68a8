import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The bundled command line, as people run it. */
export const forgeEntry = fileURLToPath(new URL('../../../apps/cli/dist/forge.js', import.meta.url));
export const bareLoop = fileURLToPath(new URL('./subjects/bare-loop.ts', import.meta.url));

const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'forge-bench-'));
  folders.push(folder);
  return folder;
}

/** A committed repository with so many files of a few lines. */
export function repository(files: number): string {
  const folder = temporaryFolder();
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@localhost', ...args], {
      cwd: folder,
      stdio: 'ignore',
    });
  for (let index = 0; index < files; index += 1) {
    const path = join(folder, 'src', `part-${index % 100}`, `file-${index}.js`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `export const value${index} = ${index};\n`);
  }
  writeFileSync(
    join(folder, 'package.json'),
    '{ "name": "bench", "type": "module", "scripts": { "test": "node --test" } }\n',
  );
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'bench');
  return folder;
}

/** The environment of a subject: its own home, no keys but the scripted server's. */
export function subjectEnvironment(modelUrl: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: temporaryFolder(),
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: 'bench-key',
    NO_COLOR: '1',
    // The model's replies cost nothing here; what is measured must not stop at a limit.
    FORGE_SAFETY__MAX_TOKENS: '1000000000',
    FORGE_SAFETY__MAX_ITERATIONS: '1000',
  };
}
