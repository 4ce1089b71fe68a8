import { posix } from 'node:path';
import type { ProjectFacts } from '@forge/plugin-api';

/** One project of a repository, with paths from its own folder. Projects inside it are left out. */
export interface ProjectView {
  /** From the top of the repository. */
  readonly directory: string;
  readonly files: readonly string[];
  /** Contents, known at the top of the repository only. */
  readonly manifests: Readonly<Record<string, string>>;
  has(path: string): boolean;
}

const manifestNames = new Set([
  'package.json',
  'pyproject.toml',
  'setup.py',
  'requirements.txt',
  'go.mod',
  'Cargo.toml',
  'pom.xml',
  'build.gradle',
  'build.gradle.kts',
]);

/** Folders whose projects are not the repository's own. */
const foreign =
  /(^|\/)(node_modules|vendor|third_party|examples?|samples?|fixtures?|testdata|docs?|tests?|__tests__|e2e)(\/|$)/i;

const deepest = 3;

export function topView(project: ProjectFacts): ProjectView {
  return viewOf(project.files, '.', project.manifests);
}

/** The repository's own projects below its top, the shallowest first. */
export function innerViews(project: ProjectFacts): ProjectView[] {
  return projectFolders(project.files)
    .filter((folder) => folder !== '.' && !foreign.test(folder) && folder.split('/').length <= deepest)
    .map((folder) => viewOf(project.files, folder, {}));
}

function viewOf(files: readonly string[], directory: string, manifests: Readonly<Record<string, string>>): ProjectView {
  const below = directory === '.' ? files : inFolder(files, directory);
  const inner = projectFolders(below).filter((folder) => folder !== '.');
  const own = below.filter((path) => !inner.some((folder) => path.startsWith(`${folder}/`)));
  const known = new Set(own);
  return { directory, files: own, manifests, has: (path) => known.has(path) };
}

function inFolder(files: readonly string[], directory: string): string[] {
  const prefix = `${directory}/`;
  return files.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
}

function projectFolders(files: readonly string[]): string[] {
  const folders = files.filter((path) => manifestNames.has(posix.basename(path))).map((path) => posix.dirname(path));
  const depth = (folder: string) => folder.split('/').length;
  return [...new Set(folders)].sort((a, b) => depth(a) - depth(b) || a.localeCompare(b));
}
