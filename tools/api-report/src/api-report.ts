import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the report lies, from the top of the repository. */
export const reportPath = 'kernel/plugin-api/api-report.txt';

const head = `All that a plugin may use of @forge/plugin-api, as the compiler sees it. npm run api-report writes it.
Whoever reviews a change of this file decides whether plugins that work today go on working: see docs/plugin-upgrades.md.
`;

/** The declarations of the plugin API without words and imports, file by file. */
export function apiReport(root: string): string {
  const out = mkdtempSync(join(tmpdir(), 'forge-api-report-'));
  try {
    const options = ['--emitDeclarationOnly', '--removeComments', '--outDir', out];
    const once = ['--declarationMap', 'false', '--composite', 'false', '--incremental', 'false'];
    const tsc = join(root, 'node_modules/.bin/tsc');
    const args = ['-p', 'kernel/plugin-api', ...options, ...once];
    const { status, stdout } = spawnSync(tsc, args, { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(`tsc failed:\n${stdout}`);
    const files = readdirSync(out).sort();
    return [head, ...files.map((file) => `=== ${file}\n${declarations(readFileSync(join(out, file), 'utf8'))}`)].join(
      '\n',
    );
  } finally {
    rmSync(out, { recursive: true });
  }
}

function declarations(text: string): string {
  return text.replace(/^import [^;]*;\n/gm, '').replace(/^export \{\};\n/gm, '');
}
