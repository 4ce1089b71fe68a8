import { type AgentContext, type AgentPlace, apiVersion } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { openAgent } from '../src/open-agent.ts';
import { systemClock } from '../src/world/system-clock.ts';
import { manifest, silent } from './support/open.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const code = `import { definePlugin } from '@forge/plugin-api';
enum Word { Token = 'TOKEN', File = '.mcp.json' }
export default definePlugin({
  setup: async ({ readTrusted, secret }) => {
    if (secret(Word.Token) === 'reads') await readTrusted(Word.File);
    const description = secret(Word.Token);
    const agent = { id: 'plans', type: 'planner', description, execute: async () => ({}) };
    return { agents: [agent], stop: () => { globalThis.stopped = true; } };
  },
});
`;

function placeWith(more: object = {}, change: Partial<AgentPlace> = {}): AgentPlace {
  const folder = temporaryFolder({
    'plugin.json': { ...manifest('p', { agents: ['plans'] }, { permissions: { secrets: ['TOKEN'] } }), ...more },
    'index.ts': code,
  });
  return { agent: 'plans', plugin: 'p', folder, origin: 'configuration', options: {}, variables: {}, ...change };
}

const open = (place: AgentPlace) =>
  openAgent(place, {
    clock: systemClock,
    log: silent,
    directory: temporaryFolder(),
    signal: new AbortController().signal,
  });

const ctx = { signal: new AbortController().signal } as AgentContext;

describe('an agent without a host', () => {
  it('is loaded from its place, with its variables, guarded like any other, and stopped', async () => {
    const { agent, close } = await open(placeWith({}, { variables: { TOKEN: 'from the place' } }));
    expect(agent).toMatchObject({ id: 'plans', type: 'planner', description: 'from the place' });
    await expect(agent.execute(5 as never, ctx)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await close();
    expect((globalThis as { stopped?: boolean }).stopped).toBe(true);
  });

  it.each([
    ['the folder is empty', () => placeWith({}, { folder: temporaryFolder() }), 'PLUGIN_NOT_FOUND'],
    ['another plugin lies there', () => placeWith({ name: 'q' }), 'PLUGIN_NOT_FOUND'],
    ['the manifest is broken', () => placeWith({ entry: 5 }), 'MANIFEST_INVALID'],
    ['it needs another API', () => placeWith({ api: `>${apiVersion}` }), 'PLUGIN_API_RANGE'],
    ['its code lies outside', () => placeWith({ entry: './../index.ts' }), 'MANIFEST_INVALID'],
    ['it takes no options', () => placeWith({}, { options: { a: 1 } }), 'PLUGIN_OPTIONS'],
    ['it reads from the repository', () => placeWith({}, { variables: { TOKEN: 'reads' } }), 'UNSUPPORTED'],
    ['it has no such agent', () => placeWith({}, { agent: 'sings' }), 'CONTRIBUTION_NOT_FOUND'],
    ['it brings something else', () => placeWith({ provides: { agents: ['plans', 'more'] } }), 'PLUGIN_MISMATCH'],
  ])('is not loaded when %s', async (_, place, expected) => {
    const error: { code?: string; errors?: { code: string }[] } = await open(place()).then(
      () => expect.fail('was loaded'),
      (reason: object) => reason,
    );
    expect(error.code ?? error.errors?.[0]?.code).toBe(expected);
  });
});
