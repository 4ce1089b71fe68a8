import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// A rule whose pattern matches nothing is green for ever. Here every layer imports what it must not, and what it may.
const root = fileURLToPath(new URL('../../', import.meta.url));

const layers: Record<string, { readonly refused: readonly string[]; readonly allowed: readonly string[] }> = {
  'kernel/plugin-api/src/a.ts': {
    refused: ['node:fs', '@forge/engine', '@forge/core', 'tsyringe'],
    allowed: ['zod', './b.ts'],
  },
  'kernel/engine/src/a.ts': {
    refused: [
      '@forge/core',
      '@forge/store-sqlite',
      'tsyringe',
      'node:fs',
      'node:fs/promises',
      'node:child_process',
      'node:process',
      'node:timers/promises',
    ],
    allowed: ['zod', '@forge/plugin-api', 'node:path', 'node:stream/promises', '../b.ts'],
  },
  'kernel/engine/src/workspace/a.ts': {
    refused: ['@forge/core', 'tsyringe'],
    allowed: ['node:fs/promises', 'node:child_process', '@forge/plugin-api'],
  },
  'kernel/engine/src/process/a.ts': {
    refused: ['@forge/core', 'tsyringe'],
    allowed: ['node:child_process', 'node:timers/promises'],
  },
  'kernel/core/src/a.ts': {
    refused: ['tsyringe', 'reflect-metadata', '@forge/cli', '@forge/tool-fs', 'node:child_process'],
    allowed: [
      '@forge/plugin-api',
      '@forge/engine',
      '@forge/engine/processes',
      '@forge/worker-protocol',
      'cosmiconfig',
      'jiti',
    ],
  },
  'kernel/worker-protocol/src/a.ts': {
    refused: ['@forge/core', '@forge/engine', 'tsyringe', 'zod'],
    allowed: ['@forge/plugin-api', 'node:child_process', './b.ts'],
  },
  'kernel/core/src/container.ts': {
    refused: ['@forge/tool-fs', 'node:child_process'],
    allowed: ['tsyringe', 'reflect-metadata', '@forge/plugin-api'],
  },
  'kernel/testkit/src/a.ts': {
    refused: ['@forge/tool-fs', 'tsyringe'],
    allowed: ['@forge/core', '@forge/engine', '@forge/plugin-api', 'vitest'],
  },
  'plugins/tool/fs/src/a.ts': {
    refused: [
      '@forge/core',
      '@forge/engine',
      '@forge/testkit',
      '@forge/store-sqlite',
      '@forge/agent-planner',
      'tsyringe',
    ],
    allowed: ['@forge/plugin-api', '@forge/libsql', 'node:fs', 'picomatch'],
  },
  'apps/cli/src/a.ts': {
    refused: ['@forge/engine', '@forge/tool-fs', 'tsyringe'],
    allowed: ['@forge/core', '@forge/plugin-api', '@forge/sdk', '@forge/server', 'commander'],
  },
  'apps/server/src/a.ts': {
    refused: ['@forge/engine', '@forge/tool-fs', 'forge', 'tsyringe'],
    allowed: ['@forge/core', '@forge/plugin-api', '@forge/sdk', 'hono', 'node:fs'],
  },
  'apps/sdk/src/a.ts': {
    refused: ['@forge/core', '@forge/server', 'node:fs', 'tsyringe'],
    allowed: ['@forge/plugin-api', './b.ts'],
  },
  'apps/worker/src/a.ts': {
    refused: ['@forge/engine', '@forge/executor-child-process', '@forge/sdk', 'tsyringe'],
    allowed: ['@forge/core', '@forge/plugin-api', '@forge/worker-protocol', 'node:net'],
  },
  'apps/dashboard/src/a.ts': {
    refused: ['@forge/core', '@forge/plugin-api', 'node:fs'],
    allowed: ['@forge/sdk', 'uplot'],
  },
};

let folder: string;
let refused: Set<string>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'forge-rules-'));
  cpSync(join(root, 'config/oxlint.json'), join(folder, 'config/oxlint.json'));
  for (const [file, { refused: bad, allowed }] of Object.entries(layers))
    put(file, [...bad, ...allowed].map((name) => `import '${name}';`).join('\n'));
  put('kernel/engine/src/cycle/one.ts', "import { two } from './two.ts';\nexport const one = () => two;");
  put('kernel/engine/src/cycle/two.ts', "import { one } from './one.ts';\nexport const two = () => one;");
  put(
    'kernel/engine/src/world.ts',
    'export const a = [process.pid, Date.now(), Math.random(), performance.now(), fetch, setTimeout];',
  );
  put(
    'kernel/engine/test/world.ts',
    'export const a = [process.pid, Date.now(), Math.random(), performance.now(), fetch, setTimeout];',
  );
  refused = lint();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), `${text}\n`);
}

/** One entry `file: name` per import that was refused, and `file: rule` for everything else. */
function lint(): Set<string> {
  const oxlint = join(root, 'node_modules/.bin/oxlint');
  const { stdout, stderr } = spawnSync(oxlint, ['--config', 'config/oxlint.json', '--format', 'json', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const { diagnostics } = JSON.parse(stdout || stderr) as {
    diagnostics: { filename: string; code: string; message: string }[];
  };
  return new Set(
    diagnostics.map(({ filename, code, message }) => {
      const [, name] = /^'(.+)' (?:import )?is restricted from being used/.exec(message) ?? [];
      const [, used] = /^Unexpected use of '(.+)'/.exec(message) ?? [];
      return `${filename}: ${name ?? used ?? code}`;
    }),
  );
}

describe.each(Object.entries(layers))('%s', (file, { refused: bad, allowed }) => {
  test.each(bad)('may not import %s', (name) => expect(refused).toContain(`${file}: ${name}`));
  test.each(allowed)('may import %s', (name) => expect(refused).not.toContain(`${file}: ${name}`));
});

test.each(['process', 'Date.now', 'Math.random', 'performance.now', 'fetch', 'setTimeout'])(
  'the kernel may not take %s from the world, a test may',
  (name) => {
    expect(refused).toContain(`kernel/engine/src/world.ts: ${name}`);
    expect(refused).not.toContain(`kernel/engine/test/world.ts: ${name}`);
  },
);

test('modules that import each other in a circle are refused', () => {
  expect(refused).toContain('kernel/engine/src/cycle/one.ts: import(no-cycle)');
});
