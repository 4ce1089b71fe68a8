import { faultsOf } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { loadFolder } from '../../src/authoring/load-folder.ts';
import { hostOptions, manifest } from '../support/open.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function load(code: string, options: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder({
    'plugin.json': manifest('forge-plugin-bell', { gates: ['bell'] }),
    'index.ts': code,
  });
  return loadFolder(hostOptions(temporaryFolder({ 'forge.config.json': 'not read' })), { folder, options });
}

const bell = `{ id: 'bell', condition: () => true, request: async () => undefined }`;

it('loads what lies there, whatever a project says, and gives its options their types', async () => {
  const code = `import { definePlugin, z } from '@forge/plugin-api';
export default definePlugin({
  options: z.strictObject({ times: z.int() }),
  setup: ({ options }) => ({ gates: [${bell}], check: () => ({ ok: true, detail: 'rings ' + options.times }) }),
});`;
  expect(await load(code, { times: '3' })).toMatchObject({ check: { detail: 'rings 3' }, promptTokens: 0 });
});

it.each([
  ['it is no TypeScript', 'export default {\n  gates: [(\n};\n', 'PLUGIN_LOAD', /index\.ts:3:1$/],
  ['it throws when it is read', "const a = 1;\nthrow new Error('no ' + a);\n", 'PLUGIN_LOAD', /index\.ts:2:\d+$/],
  [
    'it throws when it starts',
    "import { definePlugin } from '@forge/plugin-api';\nexport default definePlugin({\n  setup() {\n    throw new Error('no');\n  },\n});\n",
    'PLUGIN_SETUP',
    /index\.ts:4:\d+$/,
  ],
])('points at the line when %s', async (_, code, expected, place) => {
  const [fault] = faultsOf(await load(code).catch((error: unknown) => error));
  expect(fault).toMatchObject({ code: expected, details: { where: expect.stringMatching(place) } });
  expect(fault?.details.frame).toContain('>');
});
