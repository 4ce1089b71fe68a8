import type { Detector } from '../detector.ts';
import { runnerOf } from '../runners.ts';
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
      runner: runnerOf(expand(script, manifest.scripts)),
      command: packageManagerOf(view, manifest).test,
      setup: installCommands(view, manifest),
      reason: `the test script of package.json: ${script}`,
    };
  },
};

/** A script with the scripts that it calls, so that the runner behind them is seen. */
function expand(script: string, scripts: Readonly<Record<string, string>>, depth = 0): string {
  if (depth === 3) return script;
  const called = [...script.matchAll(reference)].map(([, name = '']) => scripts[name]);
  return [script, ...called.filter((text) => text !== undefined).map((text) => expand(text, scripts, depth + 1))].join(
    '\n',
  );
}
