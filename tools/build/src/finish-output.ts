import { posix } from 'node:path';
import { placeModuleUrls } from './module-urls.ts';

// CommonJS inside the bundle asks for Node's own modules by require, which a module does not have.
const requireForCommonJs = `import { createRequire as __forgeCreateRequire } from 'node:module';
const require = __forgeCreateRequire(import.meta.url);
`;

/**
 * What is left to do on a file that esbuild wrote. Every file that is not loaded and every call that is not made
 * counts, because all of it happens at every start.
 *
 * @param path the file's place in the bundle
 * @param withoutEffect chunks that only declare; importing one for its effect alone is left out
 */
export function finishOutput(text: string, path: string, withoutEffect: readonly string[]): string {
  const folder = posix.dirname(path);
  const lean = text.replace(/^import "(\.[^"]+)";\n/gm, (statement, target: string) =>
    withoutEffect.includes(posix.join(folder, target)) ? '' : statement,
  );
  const placed = placeModuleUrls(lean, path);
  return /\brequire\b/.test(placed) ? requireForCommonJs + placed : placed;
}
