import { posix } from 'node:path';
import type { ProjectFacts } from '@forge/plugin-api';
import { fenced, paragraphs, section, shortened } from './markdown.ts';

// Enough to find one's way; tools read the rest.
const listed = 300;
const manifestCharacters = 4000;
const readmeCharacters = 2500;

/** A look at the repository: files or, in a large one, folders; manifests; the readme. */
export function describeProject(project: ProjectFacts): string {
  const manifests = Object.entries(project.manifests).map(([path, text]) =>
    section(path, fenced(shortened(text, manifestCharacters))),
  );
  return paragraphs(
    describeFiles(project),
    ...manifests,
    project.readme === '' ? '' : section('Readme', fenced(shortened(project.readme, readmeCharacters))),
  );
}

function describeFiles({ files, fileCount, languages }: ProjectFacts): string {
  const counts = Object.entries(languages).map(([extension, count]) => `${count} ${extension}`);
  const heading = `Repository: ${fileCount} files${counts.length > 0 ? ` (${counts.slice(0, 8).join(', ')})` : ''}`;
  const rows = files.length <= listed && fileCount <= files.length ? files : folders(files);
  return section(heading, fenced(rows.slice(0, listed).join('\n')));
}

/** Folders with how many files lie in each, the fullest first when there are too many. */
function folders(files: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const path of files) {
    const folder = posix.dirname(path);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, listed)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([folder, count]) => `${folder}/ (${count})`);
}
