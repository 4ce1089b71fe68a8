import type { ProjectFacts } from '@forge/plugin-api';
import type { Git } from './git.ts';
import { listFiles, readTexts } from './read-changes.ts';

/** Paths beyond this are counted, not listed; those near the top stay. */
const MOST_FILES = 2_000;
// A manifest that is cut cannot be parsed any more.
const MANIFEST_CHARACTERS = 64_000;
const README_CHARACTERS = 6_000;
const INSTRUCTIONS_CHARACTERS = 32_000;

const MANIFESTS = new Set([
  ...['package.json', 'pnpm-workspace.yaml', 'turbo.json', 'nx.json', 'lerna.json', 'deno.json', 'tsconfig.json'],
  ...['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt', 'Pipfile', 'tox.ini', 'noxfile.py', 'pytest.ini'],
  ...['go.mod', 'go.work', 'Cargo.toml', 'pom.xml', 'build.gradle', 'build.gradle.kts', 'settings.gradle'],
  ...[
    'settings.gradle.kts',
    'Gemfile',
    'composer.json',
    'mix.exs',
    'Package.swift',
    'CMakeLists.txt',
    'Makefile',
    'makefile',
    'GNUmakefile',
  ],
  ...['justfile', 'Justfile', 'Taskfile.yml', 'Rakefile', 'Dockerfile', 'build.sbt', 'stack.yaml', 'dune-project'],
]);
const README = /^readme(\.(md|markdown|rst|txt|adoc))?$/i;
/** The first that is there. */
const INSTRUCTIONS = ['AGENTS.md', 'CLAUDE.md'];

/** The instruction files of folders below the top, one a folder, in the order of their paths. */
export async function listInstructionFiles(git: Git, commit: string): Promise<string[]> {
  const byFolder = new Map<string, string>();
  for (const path of await listFiles(git, commit)) {
    const [, folder = '', name = ''] = /^(.+)\/([^/\n]+)$/.exec(path) ?? [];
    const rank = INSTRUCTIONS.indexOf(name);
    if (rank < 0 || path.includes('\n')) continue;
    const known = byFolder.get(folder);
    if (known === undefined || rank < INSTRUCTIONS.indexOf(known)) byFolder.set(folder, name);
  }
  return [...byFolder].map(([folder, name]) => `${folder}/${name}`).toSorted();
}

/** A cheap look at a commit, for planning: never at the working tree, whose state is the person's own affair. */
export async function readProjectFacts(git: Git, commit: string): Promise<ProjectFacts> {
  const files = await listFiles(git, commit);
  const top = files.filter((path) => !path.includes('/') && !path.includes('\n'));
  const manifests = top.filter((path) => MANIFESTS.has(path) || /\.(csproj|sln|cabal)$/.test(path));
  const readme = top.find((path) => README.test(path));
  const instructions = INSTRUCTIONS.find((path) => top.includes(path));

  const wanted = [...manifests, readme, instructions].filter((path) => path !== undefined);
  const texts = await readTexts(
    git,
    wanted.map((path) => `${commit}:${path}`),
  );
  const textOf = (path: string | undefined, characters: number) =>
    path === undefined ? '' : capped(texts[wanted.indexOf(path)] ?? '', characters);
  return {
    files: nearestToTop(files),
    fileCount: files.length,
    languages: countExtensions(files),
    manifests: Object.fromEntries(manifests.map((path) => [path, textOf(path, MANIFEST_CHARACTERS)])),
    readme: textOf(readme, README_CHARACTERS),
    instructions: textOf(instructions, INSTRUCTIONS_CHARACTERS),
  };
}

function nearestToTop(files: readonly string[]): string[] {
  if (files.length <= MOST_FILES) return files.toSorted();
  const depth = (path: string) => path.split('/').length;
  return files
    .map((path) => ({ path, depth: depth(path) }))
    .toSorted((a, b) => a.depth - b.depth)
    .slice(0, MOST_FILES)
    .map(({ path }) => path)
    .toSorted();
}

function countExtensions(files: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const path of files) {
    const extension = /[^/]\.([A-Za-z0-9_+-]{1,12})$/.exec(path)?.[1]?.toLowerCase();
    if (extension !== undefined) counts.set(extension, (counts.get(extension) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].toSorted((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])));
}

function capped(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return `${text.slice(0, characters).toWellFormed()}\n[… ${text.length - characters} more characters …]\n`;
}
