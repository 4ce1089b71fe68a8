import { posix } from 'node:path';
import type { ProjectFacts, TestingOutput } from '@forge/plugin-api';
import type { Detection, Detector } from './detector.ts';
import { detectors } from './detectors/index.ts';
import { innerViews, topView, type ProjectView } from './project-view.ts';

/**
 * The project's test command by rules alone. Undefined when no rule fits, or when several projects below the top do
 * and none of them is the one.
 */
export function findTests(project: ProjectFacts): TestingOutput | undefined {
  const top = detect(topView(project));
  if (top !== undefined) return top;
  const inner = innerViews(project)
    .map(detect)
    .filter((found) => found !== undefined);
  return inner.length === 1 ? inner[0] : undefined;
}

function detect(view: ProjectView): TestingOutput | undefined {
  const fitting = detectors
    .map((detector) => ({ detection: detector.detect(view), share: shareOf(view, detector) }))
    .filter((found): found is { detection: Detection; share: number } => found.detection !== undefined)
    .sort((a, b) => b.share - a.share);
  const found = fitting[0]?.detection;
  if (found === undefined) return undefined;

  const { directory } = view;
  const inDirectory = (command: readonly string[]) => ({ command: [...command], directory, runner: found.runner });
  return {
    test: inDirectory(found.command),
    setup: found.setup.map(inDirectory),
    reason: directory === '.' ? found.reason : `${found.reason}, in ${directory}`,
  };
}

function shareOf(view: ProjectView, { extensions }: Detector): number {
  return view.files.filter((path) => extensions.includes(posix.extname(path).slice(1))).length;
}

const testLike: readonly RegExp[] = [
  /(^|\/)(tests?|__tests__|specs?|e2e)(\/|$)/i,
  /(^|[._/-])(test|spec)[._-]|_(test|spec)\./i,
  /[a-z0-9](Test|Tests|Spec)\.\w+$/,
  /^\.github\/workflows\/|^\.gitlab-ci\.yml$/,
];

/** Something that could be tests is there, whatever runs them. */
export function looksTested(project: ProjectFacts): boolean {
  return project.files.some((path) => testLike.some((sign) => sign.test(path)));
}
