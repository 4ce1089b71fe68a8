import type { Detector } from '../detector.ts';

export const go: Detector = {
  name: 'go',
  extensions: ['go'],
  detect(view) {
    const test = view.files.find((path) => path.endsWith('_test.go'));
    if (!view.has('go.mod') || test === undefined) return undefined;
    // Without -v only packages are reported, not tests.
    return { runner: 'go', command: ['go', 'test', '-v', './...'], setup: [], reason: `go.mod and ${test}` };
  },
};
