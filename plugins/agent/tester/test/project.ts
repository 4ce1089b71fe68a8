import { projectFactsSchema, type ProjectFacts } from '@forge/plugin-api';

/** Facts about a project: files, some with their contents when those are manifests. */
export function project(files: Readonly<Record<string, string>> | readonly string[]): ProjectFacts {
  const contents = Array.isArray(files) ? Object.fromEntries(files.map((path) => [path, ''])) : files;
  const paths = Object.keys(contents).sort();
  const manifests = Object.entries(contents).filter(([path, text]) => text !== '' && !path.includes('/'));
  return projectFactsSchema.parse({
    files: paths,
    fileCount: paths.length,
    languages: {},
    manifests: Object.fromEntries(manifests),
  });
}

export const packageJson = (contents: object): Record<string, string> => ({ 'package.json': JSON.stringify(contents) });
