import { type AgentType, defineAgent, definePlugin, faultsOf } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import type { Forge } from '../../src/forge.ts';
import { inline } from '../support/fakes.ts';
import { noSandbox } from '../support/no-sandbox.ts';
import { manifest, open } from '../support/open.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const own = (type: AgentType) => {
  const agent = defineAgent({ id: type, type, execute: () => Promise.reject(new Error('not in this test')) });
  return inline(`agent-${type}`, { agents: [type] }, definePlugin({ agents: [agent] }));
};
const inlinePlugins = [own('planner'), own('reviewer')];
const agentCode = (type: string) => `import { defineAgent, definePlugin } from '@forge/plugin-api';
export default definePlugin({ agents: [defineAgent({ id: 'mine', type: '${type}', execute: async () => ({}) })] });`;

/** Outside a repository: whatever the agents are, no run begins. */
const start = async (forge: Forge) => {
  const requirement = { task: 'x', constraints: [], acceptanceCriteria: [], images: [] };
  return (await forge.engine()).start({ requirement, directory: temporaryFolder() });
};

describe('starting a run', () => {
  it('starts none of the default agents', async () => {
    const forge = await open(temporaryFolder(), { inlinePlugins, env: { FORGE_AGENTS__REVIEWER: 'reviewer' } });
    await expect(start(forge)).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' });
    expect(forge.plugins.map(({ active }) => active)).toEqual([false, false]);
  });

  const FAULTS: { name: string; code: string; fault: string }[] = [
    {
      name: 'a syntax error',
      code: 'export default {{',
      fault: 'PLUGIN_LOAD',
    },
    {
      name: 'another type',
      code: agentCode('tester'),
      fault: 'CONFIG_INVALID forge.config.json:3:17 agents.reviewer: "mine" is an agent of type tester, not reviewer',
    },
  ];
  it.each(FAULTS)('fails for a chosen agent with $name', async ({ code, fault }) => {
    const cwd = temporaryFolder({
      'forge.config.json': { agents: { reviewer: 'mine' }, plugins: ['./mine'] },
      'mine/plugin.json': manifest('mine', { agents: ['mine'] }),
      'mine/index.ts': code,
    });
    const forge = await open(cwd, { inlinePlugins: [...inlinePlugins, noSandbox], trust: true });
    const error = await start(forge).catch((caught: unknown) => caught);
    const found = faultsOf(error).map((one) => `${one.code} ${one.details.where ?? '-'} ${one.message}`);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(fault);
  });

  it('fails for a default agent in the role of another', async () => {
    const forge = await open(temporaryFolder(), { inlinePlugins, env: { FORGE_AGENTS__REVIEWER: 'planner' } });
    await expect(start(forge)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'agents.reviewer: "planner" is an agent of type planner, not reviewer',
      details: { where: 'FORGE_AGENTS__REVIEWER' },
    });
  });
});
