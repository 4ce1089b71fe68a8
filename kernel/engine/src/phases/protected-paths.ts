import type { Change, Finding } from '@forge/plugin-api';
import picomatch from 'picomatch';

interface ProtectedKind {
  readonly what: string;
  readonly pattern: RegExp;
  /** New files count, too. */
  readonly alsoNew?: true;
}

/** What a run may not change unseen: the means by which its own work is judged. */
const protectedKinds: readonly ProtectedKind[] = [
  {
    what: 'a test',
    pattern: /(^|\/)(tests?|__tests__|spec)\/|[._-](test|spec)\.[a-z]+$|(^|\/)test_[^/]*\.py$|_test\.(go|py)$/,
  },
  {
    what: 'continuous integration',
    pattern:
      /^(\.github\/workflows\/|\.gitlab-ci\.yml$|\.circleci\/|Jenkinsfile$|\.ci\/|azure-pipelines\.yml$|\.buildkite\/)/,
    alsoNew: true,
  },
  {
    what: 'a lock file',
    pattern:
      /(^|\/)(package-lock\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|Cargo\.lock|poetry\.lock|uv\.lock|go\.sum|Gemfile\.lock|composer\.lock)$/,
    alsoNew: true,
  },
  {
    what: "Forge's own configuration",
    pattern: /^(forge\.config\.[a-z]+|forge\.plugins\.lock|\.forge\/.*)$/,
    alsoNew: true,
  },
  {
    what: 'how tests are run',
    pattern:
      /(^|\/)((vitest|vite|jest|playwright|cypress|karma)\.config\.[a-z]+|\.mocharc(\.[a-z]+)?|\.?pytest\.ini|tox\.ini|noxfile\.py|conftest\.py|setup\.cfg)$/,
  },
  {
    what: 'what programs run by themselves before any test',
    pattern:
      /(^|\/)(\.npmrc|\.yarnrc(\.yml)?|\.pnpmfile\.cjs|bunfig\.toml|sitecustomize\.py|usercustomize\.py|\.cargo\/config(\.toml)?|\.mvn\/.+)$/,
    alsoNew: true,
  },
];

/**
 * A finding for each protected file that is changed, removed, renamed or made into something else (its mode, a link in
 * its place). New tests are welcome. `more` are globs of what a person protects beside that, new files too.
 */
export function protectedFindings(
  change: Change,
  before: readonly string[],
  more: readonly string[] = [],
): readonly Finding[] {
  const existed = new Set(before);
  const named = more.map((glob) => picomatch(glob, { dot: true, basename: !glob.includes('/') }));
  return change.files.flatMap(({ path, added, removed }) => {
    const isOld = existed.has(path);
    const kind = protectedKinds.find(({ pattern, alsoNew }) => (isOld || alsoNew === true) && pattern.test(path));
    const what = kind?.what ?? (named.some((fits) => fits(path)) ? 'what review.protectedPaths names' : undefined);
    if (what === undefined) return [];
    const message = isOld
      ? `Changes ${what} that was there before (+${added} −${removed}): look at it before you approve`
      : `Adds ${what} (+${added}): look at it before you approve`;
    return [{ severity: 'info' as const, file: path, message }];
  });
}
