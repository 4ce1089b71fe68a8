import type { Detector } from '../detector.ts';
import { nodeScript } from './node-script.ts';
import { readPackageJson } from './package-json.ts';
import { installCommands } from './package-manager.ts';

/** As `node --test` finds them by itself. */
const testFile = /(^|\/)test\/[^/]+\.[cm]?js$|[._-]test\.[cm]?js$|(^|\/)test(-[^/]+)?\.[cm]?js$/;

/** Test files that Node's own runner would find, in a project that names no other. */
export const nodeFiles: Detector = {
  name: 'node-files',
  extensions: nodeScript.extensions,
  detect(view) {
    const file = view.files.find((path) => testFile.test(path));
    if (file === undefined) return undefined;
    const manifest = readPackageJson(view);
    return {
      runner: 'node-test',
      command: ['node', '--test'],
      setup: manifest === undefined ? [] : installCommands(view, manifest),
      reason: `${file}, and no other runner is named`,
    };
  },
};
