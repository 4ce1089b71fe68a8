import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Packages whose main file asks for its parts through a `require` that no bundler can see, and where the module lies. */
const modules: Readonly<Record<string, string>> = { 'jsonc-parser': '../esm/main.js' };

/** Bundles the modules that lie beside such files. */
export const umdModules: Plugin = {
  name: 'umd-modules',
  setup(build) {
    build.onResolve(
      { filter: new RegExp(`^(${Object.keys(modules).join('|')})$`) },
      async ({ path, pluginData, ...call }) => {
        if (pluginData === modules) return undefined;
        const found = await build.resolve(path, { ...call, pluginData: modules });
        return found.errors.length > 0 ? found : { path: join(dirname(found.path), modules[path] ?? '') };
      },
    );
  },
};
