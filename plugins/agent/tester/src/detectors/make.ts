import type { Detector } from '../detector.ts';
import { testRunnerOf } from '@forge/plugin-api';

const makefiles = ['GNUmakefile', 'makefile', 'Makefile'];
const targets = ['test', 'tests', 'check'];

export const make: Detector = {
  name: 'make',
  extensions: ['c', 'h', 'cc', 'cpp', 'hpp'],
  detect(view) {
    const makefile = makefiles.find((path) => view.manifests[path] !== undefined);
    const text = (makefile && view.manifests[makefile]) ?? '';
    const target = targets.find((name) => rule(text, name) !== undefined);
    if (target === undefined) return undefined;
    return {
      runner: testRunnerOf(recipeOf(text, target)),
      command: ['make', target],
      setup: [],
      reason: `the target "${target}" of ${makefile}`,
    };
  },
};

/** The target's recipe with those of what it needs first. */
function recipeOf(makefile: string, target: string): string {
  const found = rule(makefile, target);
  const needed = found?.needs.map((name) => rule(makefile, name)?.recipe ?? '') ?? [];
  return [...needed, found?.recipe ?? ''].join('\n');
}

function rule(makefile: string, target: string): { needs: string[]; recipe: string } | undefined {
  const lines = makefile.split('\n');
  const at = lines.findIndex((line) => new RegExp(`^${escaped(target)}\\s*::?(?!=)`).test(line));
  if (at < 0) return undefined;
  const [needs = '', inline = ''] = (lines[at] ?? '').replace(/^[^:]*::?/, '').split(';');
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => line !== '' && !/^(\t|#)/.test(line));
  const recipe = end < 0 ? rest : rest.slice(0, end);
  return { needs: needs.split(/\s+/).filter(Boolean), recipe: [inline, ...recipe].join('\n') };
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
