import { existsSync, readFileSync } from 'node:fs';
import { posix, relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { forward } from './repository.ts';

/**
 * `new URL('<relative path>', import.meta.url)` means the same from the sources and from the bundle. The bundle mirrors
 * the repository: a file at `a/b/c` is found at `<dist>/a/b/c`, and a worker's `.ts` at the same place as `.js`.
 * Which output file a module ends up in is known only after bundling, so the way happens in two steps: sources get a
 * marker that names the repository path, and every output gets the path from where it lies.
 */
const marker = 'forge-repository:';
const moduleUrl = /new URL\(\s*(['"`])(\.\.?\/[^'"`]*)\1\s*,\s*import\.meta\.url\s*,?\s*\)/g;
const placeOfModule = /import\.meta\.(?:dirname|filename|url)/g;

/** The esbuild plugin for the first step. Reports what cannot work from a bundle as an error with file and line. */
export function moduleUrls(root: string): Plugin {
  return {
    name: 'module-urls',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const inside = forward(relative(root, path));
        if (inside.startsWith('..') || inside.includes('node_modules/')) return undefined;
        const source = readFileSync(path, 'utf8');
        if (!source.includes('import.meta')) return undefined;
        const { contents, faults } = markModuleUrls(source, inside, (target) => existsSync(resolve(root, target)));
        return {
          contents,
          loader: 'ts',
          errors: faults.map(({ text, line }) => ({ text, location: { file: inside, line } })),
        };
      });
    },
  };
}

/**
 * The first step for one source file.
 * @param file its path in the repository
 * @param exists whether a path in the repository exists
 */
export function markModuleUrls(
  source: string,
  file: string,
  exists: (target: string) => boolean,
): { contents: string; faults: { text: string; line: number }[] } {
  const faults: { text: string; line: number }[] = [];
  const fault = (at: number, text: string) => faults.push({ text, line: source.slice(0, at).split('\n').length });
  const contents = source.replace(moduleUrl, (whole, quote: string, path: string, at: number) => {
    const fixed = path.includes('${') ? path.slice(0, path.indexOf('${')) : path;
    const folder = fixed.slice(0, fixed.lastIndexOf('/') + 1);
    const target = posix.join(posix.dirname(file), fixed);
    if (target.startsWith('..')) fault(at, `${path} leads out of the repository`);
    else if (!exists(fixed === path ? target : posix.join(posix.dirname(file), folder)))
      fault(at, `${path} does not exist`);
    else if (path.endsWith('.ts') && !path.endsWith('.worker.ts'))
      fault(at, `${path} must be named *.worker.ts to get a bundle entry`);
    const mirrored = posix.join(posix.dirname(file), folder, '/');
    const rest = path.slice(folder.length).replace(/\.worker\.ts$/, '.worker.js');
    return `new URL(${quote}${marker}${mirrored}${rest}${quote}, import.meta.url)`;
  });
  for (const { 0: found, index } of contents.matchAll(placeOfModule)) {
    const before = contents.slice(0, index);
    if (before.endsWith('createRequire(') || new RegExp(`${marker}[^'"\`]*['"\`], $`).test(before)) continue;
    if (/(?:\/\/|\*)[^\n]*$/.test(before)) continue;
    fault(index, `${found} is another file in the bundle; write new URL('./path', import.meta.url)`);
  }
  return { contents, faults };
}

/** The second step, for one output file. `output` is its path in the bundle, with forward slashes. */
export function placeModuleUrls(text: string, output: string): string {
  const up = '../'.repeat(output.split('/').length - 1) || './';
  return text.replaceAll(marker, up);
}
