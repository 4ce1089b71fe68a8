import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type * as api from '@forge/plugin-api';
import { definePlugin, z } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { noSandbox } from '../support/no-sandbox.ts';
import { manifest, open } from '../support/open.ts';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';

const otherZod = join(import.meta.dirname, '../../node_modules/zod-other');

/** What a tool says of itself: which copies its module was loaded with. */
const introspect = (imports: string, extra = '') => `${imports}
${extra}
const tool = {
  name: 'introspect',
  description: 'says with what it was loaded',
  schema: { input: z.strictObject({ word: z.string() }), output: z.object({ seen: z.string() }) },
  effect: 'read',
  execute: async ({ word }) => {
    globalThis.seenApi = api;
    globalThis.seenZod = z;
    return { seen: word };
  },
};
`;

const api_ = "import * as api from '@forge/plugin-api';";
const seen = globalThis as unknown as { seenApi?: unknown; seenZod?: unknown };

const context = { workspace: '/', signal: new AbortController().signal } as unknown as api.ToolContext;

/** In this process, where it can be seen which copies the plugin got. */
async function callTool(cwd: string, plugin: string): Promise<void> {
  const flags = { plugins: [{ use: plugin, options: {}, inProcess: true }] };
  const forge = await open(cwd, { trust: true, flags });
  const tool = await forge.get('tool', 'introspect');
  expect(await tool.execute({ word: 'hello' }, context)).toEqual({ seen: 'hello' });
  await expect(tool.execute({ wrod: 'hello' }, context)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  expect(z.toJSONSchema(tool.schema.input)).toMatchObject({ properties: { word: { type: 'string' } } });
}

describe('a plugin outside of the monorepo', () => {
  it('in TypeScript with enums, in a folder, gets the host’s copy of the plugin API', async () => {
    const cwd = temporaryFolder({
      'repo/forge.config.ts':
        "import { defineConfig } from '@forge/plugin-api';\nenum Where { Here = '../plugin' }\nexport default defineConfig({ plugins: [Where.Here] });",
      'plugin/plugin.json': manifest('introspective', { tools: ['introspect'] }),
      'plugin/index.ts': `${introspect(api_, "enum Kind { A = 'a' }\nconst { z } = api; void Kind.A;")}
import { helper } from './helper.ts';
export default api.definePlugin({ tools: [helper(tool)] });`,
      'plugin/helper.ts':
        "import { definePlugin } from '@forge/plugin-api';\nexport const helper = <T,>(tool: T): T => { (globalThis as any).helperApi = definePlugin; return tool; };",
    });
    await callTool(join(cwd, 'repo'), 'introspective');
    expect((seen.seenApi as typeof api).definePlugin).toBe(definePlugin);
    expect((globalThis as { helperApi?: unknown }).helperApi).toBe(definePlugin);
    expect(seen.seenZod).toBe(z);
  });

  it.each([
    [
      'ES modules',
      { type: 'module' },
      (code: string) => `${code}\nexport default api.definePlugin({ tools: [tool] });`,
      "import { z } from 'zod';",
    ],
    [
      'CommonJS',
      {},
      (code: string) =>
        `"use strict"; Object.defineProperty(exports, "__esModule", { value: true });\n${code}\nexports.default = api.definePlugin({ tools: [tool] });`,
      "const { z } = require('zod');",
    ],
  ])('from node_modules as %s, built with another copy of zod 4', async (_name, packageJson, wrap, importZod) => {
    const imports =
      _name === 'CommonJS' ? `const api = require('@forge/plugin-api');\n${importZod}` : `${api_}\n${importZod}`;
    const cwd = temporaryFolder({
      'forge.config.json': { plugins: ['acme-introspect'] },
      'node_modules/acme-introspect/package.json': { name: 'acme-introspect', version: '1.0.0', ...packageJson },
      'node_modules/acme-introspect/plugin.json': manifest(
        'acme-introspect',
        { tools: ['introspect'] },
        { entry: './dist/index.js' },
      ),
      'node_modules/acme-introspect/dist/index.js': wrap(introspect(imports)),
      // As npm leaves it when the plugin names the API as a dependency: a copy of its own, and an old one.
      'node_modules/acme-introspect/node_modules/@forge/plugin-api/package.json': {
        name: '@forge/plugin-api',
        version: '0.0.1',
        exports: './index.js',
      },
      'node_modules/acme-introspect/node_modules/@forge/plugin-api/index.js':
        'exports.definePlugin = (plugin) => ({ forgePlugin: 1, setup: async () => plugin });',
    });
    symlinkSync(otherZod, join(cwd, 'node_modules/acme-introspect/node_modules/zod'));
    await callTool(cwd, 'acme-introspect');
    expect((seen.seenApi as typeof api).definePlugin).toBe(definePlugin);
    expect(seen.seenZod).not.toBe(z);
  });

  it('leaves nothing in the project', async () => {
    const cwd = temporaryFolder({
      'forge.config.ts': "export default { plugins: ['./mine'] };",
      'mine/plugin.json': manifest('mine', { tools: ['introspect'] }),
      'mine/index.ts': `${introspect(api_, 'const { z } = api;')}export default api.definePlugin({ tools: [tool] });`,
      'node_modules/.keep': '',
    });
    await callTool(cwd, 'mine');
    const { readdirSync } = await import('node:fs');
    const files = readdirSync(cwd, { recursive: true }).map(String).sort();
    expect(files.filter((file) => !file.startsWith('.forge'))).toEqual([
      'forge.config.ts',
      'mine',
      'mine/index.ts',
      'mine/plugin.json',
      'node_modules',
      'node_modules/.keep',
    ]);
  });

  it.each([
    ['no plugin', 'export default { tools: [] };', 'exports no plugin as default'],
    ['no default', 'export const plugin = 1;', 'exports no plugin as default'],
    ['an error', "throw new Error('out of order');", 'could not be loaded: out of order'],
    ['what is missing', "import 'not-installed';", 'could not be loaded: Cannot find module'],
  ])('that exports %s is PLUGIN_LOAD', async (_name, code, message) => {
    const cwd = temporaryFolder({ 'forge.config.json': { plugins: ['./mine'] } });
    writeFiles(cwd, { 'mine/plugin.json': manifest('mine', { tools: ['introspect'] }), 'mine/index.ts': code });
    const forge = await open(cwd, { trust: true, inlinePlugins: [noSandbox] });
    await expect(forge.get('tool', 'introspect')).rejects.toMatchObject({
      code: 'PLUGIN_LOAD',
      message: expect.stringContaining(message),
      details: { plugin: 'mine' },
    });
  });
});
