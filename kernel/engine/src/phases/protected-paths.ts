import type { Change, Finding } from '@forge/plugin-api';

interface ProtectedKind {
  readonly what: string;
  readonly pattern: RegExp;
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
  },
  {
    what: 'a lock file',
    pattern:
      /(^|\/)(package-lock\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|Cargo\.lock|poetry\.lock|uv\.lock|go\.sum|Gemfile\.lock|composer\.lock)$/,
  },
  { what: "Forge's own configuration", pattern: /^(forge\.config\.[a-z]+|forge\.plugins\.lock|\.forge\/.*)$/ },
];

/** A finding for each protected file that was there before and is changed or removed. New tests are welcome. */
export function protectedFindings(change: Change, before: readonly string[]): readonly Finding[] {
  const existed = new Set(before);
  return change.files.flatMap(({ path, added, removed }) => {
    const kind = existed.has(path) ? protectedKinds.find(({ pattern }) => pattern.test(path)) : undefined;
    if (kind === undefined) return [];
    return [
      {
        severity: 'info' as const,
        file: path,
        message: `Changes ${kind.what} that was there before (+${added} −${removed}): look at it before you approve`,
      },
    ];
  });
}
