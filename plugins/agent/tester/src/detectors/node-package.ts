import type { Detector } from '../detector.ts';
import type { TestRunner } from '@forge/plugin-api';
import { nodeScript } from './node-script.ts';
import { readPackageJson } from './package-json.ts';
import { installCommands, packageManagerOf } from './package-manager.ts';

const programs: readonly { readonly runner: TestRunner; readonly args: readonly string[] }[] = [
  { runner: 'vitest', args: ['vitest', 'run'] },
  { runner: 'jest', args: ['jest'] },
  { runner: 'mocha', args: ['mocha'] },
];

/** A package without a test script that depends on a runner. */
export const nodePackage: Detector = {
  name: 'node-package',
  extensions: nodeScript.extensions,
  detect(view) {
    const manifest = readPackageJson(view);
    const found = programs.find(({ runner }) => manifest?.dependencies.includes(runner));
    if (manifest === undefined || found === undefined || nodeScript.detect(view) !== undefined) return undefined;
    return {
      runner: found.runner,
      command: [...packageManagerOf(view, manifest).program, ...found.args],
      setup: installCommands(view, manifest),
      reason: `package.json depends on ${found.runner}`,
    };
  },
};
