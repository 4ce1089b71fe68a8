import { describe, expect, it } from 'vitest';
import { environmentLayer, settingVariables } from '../../src/config/environment.ts';

const read = (env: Record<string, string>) => environmentLayer(env, { cwd: '/work', known: ['FORGE_HOME'] });

describe('environmentLayer', () => {
  it.each<[Record<string, string>, object]>([
    [{ FORGE_SAFETY__BUDGET_USD: '2.5' }, { safety: { budgetUsd: 2.5 } }],
    [{ FORGE_CONCURRENCY: '8' }, { concurrency: 8 }],
    [{ FORGE_TESTING__AFTER_MERGE: 'false' }, { testing: { afterMerge: false } }],
    [
      { FORGE_LLM__PROVIDER: 'anthropic', FORGE_LLM__MODELS__PLANNER: '4' },
      { llm: { provider: 'anthropic', models: { planner: '4' } } },
    ],
    [{ FORGE_TOOLS__DENY: 'shell, git_log' }, { tools: { deny: ['shell', 'git_log'] } }],
    [{ FORGE_TOOLS__ALLOW: '["fs_read"]' }, { tools: { allow: ['fs_read'] } }],
    [{ FORGE_TESTING__COMMAND: 'npm test' }, { testing: { command: 'npm test' } }],
    [{ FORGE_TESTING__COMMAND: '["npm","test"]' }, { testing: { command: ['npm', 'test'] } }],
    [
      { FORGE_PLUGINS: '[{"use":"jira","options":{"site":"x"}}]' },
      { plugins: [{ use: 'jira', options: { site: 'x' } }] },
    ],
  ])('%j', async (env, expected) => {
    expect(await read(env)).toMatchObject({ layer: { value: expected }, faults: [] });
  });

  it('is not there without variables of Forge, and an empty one is none', async () => {
    expect(await read({ PATH: '/bin', FORGE_HOME: '/x', FORGE_STORE: '' })).toBeUndefined();
  });

  it('says which variable a value comes from', async () => {
    const found = await read({ FORGE_SAFETY__BUDGET_USD: '5', FORGE_TOOLS__DENY: 'shell' });
    expect(found?.layer.originOf(['safety', 'budgetUsd'])).toBe('FORGE_SAFETY__BUDGET_USD');
    expect(found?.layer.writtenAt(['tools', 'deny', 0])).toMatchObject({ where: 'FORGE_TOOLS__DENY' });
  });

  it('gathers every fault, with its variable', async () => {
    const found = await read({
      FORGE_SAFTEY__BUDGET_USD: '5',
      FORGE_SAFTEY: '5',
      FORGE_SAFETY__BUDGET_USD: 'two',
      FORGE_REVIEW__ROUNDS: '99',
      FORGE_TOOLS__DENY: '[shell',
    });
    expect(found?.layer.value).toEqual({});
    expect(found?.faults.map(({ message, details }) => `${details.where} | ${message}`)).toEqual([
      'FORGE_SAFTEY__BUDGET_USD | unknown variable FORGE_SAFTEY__BUDGET_USD — did you mean "FORGE_SAFETY__BUDGET_USD"?',
      'FORGE_SAFTEY | unknown variable FORGE_SAFTEY',
      'FORGE_TOOLS__DENY | tools.deny: expected array, found "[shell"',
      'FORGE_SAFETY__BUDGET_USD | safety.budgetUsd: expected number, found "two"',
      'FORGE_REVIEW__ROUNDS | review.rounds: expected a number of at most 10, found 99',
    ]);
  });

  it('knows a variable for every setting', () => {
    const names = [...settingVariables().keys()];
    expect(names).toContain('FORGE_SAFETY__MAX_TOOL_CALLS');
    expect(names).toContain('FORGE_LLM__MAX_OUTPUT_TOKENS');
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(30);
  });
});
