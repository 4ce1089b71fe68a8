import type { Detector } from '../detector.ts';
import { testRunnerOf } from '@forge/plugin-api';
import { readPackageJson } from './package-json.ts';
import { installCommands, packageManagerOf } from './package-manager.ts';

/** What `npm init` writes. */
const placeholder = /no test specified/;
const reference = /(?<![\w-])(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:-\S+\s+)*([\w:.-]+)/g;

/** The test script of package.json: what the project itself says. */
export const nodeScript: Detector = {
  name: 'node-script',
  extensions: ['js', 'mjs', 'cjs', 'jsx', 'ts', 'mts', 'cts', 'tsx', 'vue', 'svelte'],
  detect(view) {
    const manifest = readPackageJson(view);
    const script = manifest?.scripts['test'];
    if (manifest === undefined || script === undefined || placeholder.test(script)) return undefined;
    return {
      runner: testRunnerOf(withCalled(manifest.scripts)),
      command: packageManagerOf(view, manifest).test,
      setup: installCommands(view, manifest),
      reason: `the test script of package.json: ${script}`,
    };
  },
};

/** The test script with all that it calls, so that the runner behind them is seen. */
function withCalled(scripts: Readonly<Record<string, string>>): string {
  const names = new Set(['test']);
  // A set may grow while it is walked: each script is looked at once, however they call each other.
  for (const name of names) {
    for (const [, called = ''] of (scripts[name] ?? '').matchAll(reference)) {
      if (scripts[called] !== undefined) names.add(called);
    }
  }
  return [...names].map((name) => scripts[name]).join('\n');
}
