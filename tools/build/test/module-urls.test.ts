import { describe, expect, test } from 'vitest';
import { markModuleUrls, placeModuleUrls } from '../src/module-urls.ts';

const file = 'plugins/agent/planner/src/planner.ts';
const everything = () => true;

/** What a source line becomes in an output file. */
function bundled(line: string, output: string): string {
  return placeModuleUrls(markModuleUrls(line, file, everything).contents, output);
}

describe('a path from the module means the same in the bundle', () => {
  test.each([
    [
      "new URL('../prompts/plan.md', import.meta.url)",
      'plugins/agent/planner/index.js',
      "new URL('../../../plugins/agent/planner/prompts/plan.md', import.meta.url)",
    ],
    [
      "new URL('./plan.worker.ts', import.meta.url)",
      'chunks/A1.js',
      "new URL('../plugins/agent/planner/src/plan.worker.js', import.meta.url)",
    ],
    ["new URL('../../../', import.meta.url)", 'main.js', "new URL('./plugins/', import.meta.url)"],
    [
      'new URL(`../prompts/${name}.md`, import.meta.url)',
      'chunks/A1.js',
      'new URL(`../plugins/agent/planner/prompts/${name}.md`, import.meta.url)',
    ],
    [
      "new URL(\n  '../a.json',\n  import.meta.url,\n)",
      'main.js',
      "new URL('./plugins/agent/planner/a.json', import.meta.url)",
    ],
  ])('%s in %s', (line, output, expected) => {
    expect(bundled(line, output)).toBe(expected);
  });
});

describe('what cannot work from a bundle is a fault with its line', () => {
  test.each([
    ["\nnew URL('./plan.ts', import.meta.url)", 'must be named *.worker.ts'],
    ["\nnew URL('../../../../../secret', import.meta.url)", 'leads out of the repository'],
    ['\nconst here = import.meta.dirname', 'import.meta.dirname is another file in the bundle'],
    ['\nfileURLToPath(import.meta.url)', 'import.meta.url is another file in the bundle'],
  ])('%j', (source, text) => {
    const { faults } = markModuleUrls(source, file, everything);
    expect(faults).toEqual([{ line: 2, text: expect.stringContaining(text) }]);
  });

  test('a path that does not exist', () => {
    const { faults } = markModuleUrls("new URL('../prompts/gone.md', import.meta.url)", file, () => false);
    expect(faults).toEqual([{ line: 1, text: expect.stringContaining('does not exist') }]);
  });
});

test.each(['createRequire(import.meta.url)', '// import.meta.url of the host', ' * see import.meta.url'])(
  '%j is left alone',
  (source) => {
    expect(markModuleUrls(source, file, everything)).toEqual({ contents: source, faults: [] });
  },
);
