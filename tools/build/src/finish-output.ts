import { isBuiltin } from 'node:module';
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
  const placed = placeModuleUrls(askForBuiltins(lean), path);
  return /\brequire\b/.test(placed) ? requireForCommonJs + placed : placed;
}

const staticImport = /^import (?:([\w$]+)|\* as ([\w$]+))?(?:, )?(?:\{([^}]*)\})? from "([^"]+)";$/gm;
const dynamicImport = /^(\s*(?:const|let|var) \{[^}]*\} = )await import\("([^"]+)"\);$/gm;

/**
 * An import of one of Node's modules first makes a list of all its exports, which for `node:process` alone takes
 * 8 ms, a quarter of a start. Asked for by name, the module is simply there.
 */
export function askForBuiltins(text: string): string {
  return text
    .replace(staticImport, (statement, whole?: string, namespace?: string, names?: string, from = '') => {
      if (!isBuiltin(from) || (namespace !== undefined && text.includes(`${namespace}.default`))) return statement;
      const ask = askFor(from, names === undefined);
      const parts = [
        whole ?? namespace,
        names === undefined ? undefined : `{${names.replace(/([\w$]+) as /g, '$1: ')}}`,
      ];
      return parts
        .filter((part) => part !== undefined)
        .map((part) => `const ${part} = ${ask};`)
        .join('\n');
    })
    .replace(dynamicImport, (statement, before: string, from: string) =>
      isBuiltin(from) && !/\bdefault\b/.test(before) ? `${before}${askFor(from)};` : statement,
    );
}

/** Modules that are not loaded when Node starts and take long: they wait until one of their functions is called for. */
const slow = new Set(['child_process', 'node:child_process']);

/** By way of globalThis, because a file may well call the module `process`. */
function askFor(name: string, whole = false): string {
  const module = `globalThis.process.getBuiltinModule("${name}")`;
  return whole && slow.has(name) ? `new Proxy({}, { get: (_, key) => ${module}[key] })` : module;
}
