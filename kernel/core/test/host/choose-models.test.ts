import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigLayer, LLMProvider } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import type { ForgeOptions } from '../../src/forge.ts';
import { tokens } from '../../src/host/tokens.ts';
import { inline, llm, provider } from '../support/fakes.ts';
import { host } from '../support/host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Probe = NonNullable<LLMProvider['probe']>;

async function models(llmConfig: NonNullable<ConfigLayer['llm']>, more: Partial<ForgeOptions>) {
  const opened = await host(temporaryFolder(), { flags: { llm: llmConfig }, ...more });
  return opened.get(tokens.models);
}

const probe =
  (ok: boolean, detail: string): Probe =>
  async () => ({ ok, detail });
const auto = ['cloud', 'local'];
const both = (cloud: Probe, local: Probe) => [
  llm('cloud', ['CLOUD_KEY', 'CLOUD_TOKEN'], { probe: cloud }),
  llm('local', ['LOCAL_KEY'], { probe: local }),
];

describe('auto', () => {
  const unasked: Probe = () => Promise.reject(new Error('was probed'));
  it.each<[string, Record<string, string>, string]>([
    ['the first by its key', { CLOUD_KEY: 'k1', LOCAL_KEY: 'k2' }, 'cloud'],
    ['the first by another of its secrets', { CLOUD_TOKEN: 'k1' }, 'cloud'],
    ['the second by its key', { LOCAL_KEY: 'k2', CLOUD_KEY: '' }, 'local'],
  ])('takes %s, without trying', async (_name, env, expected) => {
    const found = await models({ auto }, { inlinePlugins: both(unasked, unasked), env });
    expect((await found.provider()).name).toBe(expected);
    expect(await found.forAgent('planner')).toMatchObject([{ provider: { name: expected }, model: `${expected}-1` }]);
  });

  it('takes the first that answers when no key is set', async () => {
    const inlinePlugins = both(probe(false, 'no key'), probe(true, 'Ollama on 11434'));
    const found = await models({ auto }, { inlinePlugins });
    expect((await found.provider()).name).toBe('local');
  });

  it('takes the model that trying it has found, when it has no other', async () => {
    const found: Probe = async () => ({ ok: true, detail: 'Ollama on 11434', model: 'qwen' });
    const inlinePlugins = [llm('local', [], { defaultModel: undefined, probe: found })];
    for (const provider of ['auto', 'local']) {
      const chosen = await models({ provider, auto: ['local'] }, { inlinePlugins });
      expect(await chosen.forAgent('planner')).toMatchObject([{ provider: { name: 'local' }, model: 'qwen' }]);
    }
  });

  it('never takes one that cannot be tried, nor one that is not in the list', async () => {
    const inlinePlugins = [llm('cloud', []), llm('recorded', [], { probe: probe(true, 'always') })];
    const found = await models({ auto }, { inlinePlugins });
    await expect(found.provider()).rejects.toMatchObject({ code: 'NO_MODEL' });
  });

  it('says what was tried, what to set, and how to see Forge work without', async () => {
    const silent: Probe = () => Promise.reject(new Error('nothing listens'));
    const found = await models({ auto }, { inlinePlugins: both(probe(false, 'no key'), silent) });
    const error = await found.forAgent('planner').catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'NO_MODEL',
      message: 'No language model could be found',
      details: {
        why: 'cloud: no key\nlocal: The llm "local" failed: nothing listens',
        fix: expect.stringMatching(/export CLOUD_KEY=…[\s\S]*export LOCAL_KEY=…[\s\S]*Ollama[\s\S]*forge demo/),
        data: { secrets: ['CLOUD_KEY', 'CLOUD_TOKEN', 'LOCAL_KEY'] },
      },
    });
  });
});

describe('a provider by name', () => {
  it('is taken without trying, with the models of the configuration', async () => {
    const inlinePlugins = both(probe(false, ''), probe(false, ''));
    const found = await models({ provider: 'local', model: 'm', models: { planner: 'big' } }, { inlinePlugins });
    expect(await found.forAgent('planner')).toMatchObject([{ provider: { name: 'local' }, model: 'big' }]);
    expect(await found.forAgent('tester')).toMatchObject([{ model: 'm' }]);
  });

  it('is followed by its fallbacks, whose models may have colons', async () => {
    const inlinePlugins = both(probe(false, ''), probe(false, ''));
    const found = await models({ provider: 'cloud', fallback: ['local:llama3:8b', 'cloud:small'] }, { inlinePlugins });
    expect((await found.forAgent('planner')).map(({ provider: { name }, model }) => [name, model])).toEqual([
      ['cloud', 'cloud-1'],
      ['local', 'llama3:8b'],
      ['cloud', 'small'],
    ]);
  });

  it('without a model of its own asks for one', async () => {
    for (const more of [{}, { probe: probe(false, 'nothing listens') }]) {
      const found = await models(
        { provider: 'bare' },
        { inlinePlugins: [llm('bare', [], { defaultModel: undefined, ...more })] },
      );
      await expect(found.forAgent('planner')).rejects.toMatchObject({
        code: 'NO_MODEL',
        details: { fix: expect.stringContaining('--model'), ...('probe' in more ? { why: 'nothing listens' } : {}) },
      });
    }
  });

  it('can be tried', async () => {
    const found = await models({}, { inlinePlugins: [llm('a', [], { probe: probe(true, 'here') }), llm('b', [])] });
    expect(await found.probe('a')).toEqual({ ok: true, detail: 'here' });
    expect(await found.probe('b')).toEqual({ ok: true, detail: 'cannot be tried' });
    await expect(found.probe('c')).rejects.toMatchObject({ code: 'CONTRIBUTION_NOT_FOUND' });
  });
});

describe('--record', () => {
  it('writes every reply of the model in use, in order and without secrets', async () => {
    const folder = temporaryFolder();
    const record = join(folder, 'deep/demo.jsonl');
    const chat: LLMProvider['chat'] = async (_request, { callId }) => ({
      model: 'm',
      content: [{ type: 'text', text: `${callId} knows hush-hush-hush` }],
      stopReason: 'end',
    });
    const plugin = inline(
      'p',
      { llms: ['cloud'] },
      (await import('@forge/plugin-api')).definePlugin({ llms: [provider('cloud', { chat })] }),
      {
        permissions: { secrets: ['CLOUD_KEY'] },
      },
    );
    const found = await models({ auto }, { inlinePlugins: [plugin], env: { CLOUD_KEY: 'hush-hush-hush' }, record });
    const [choice] = await found.forAgent('planner');
    const { signal } = new AbortController();
    const replies = ['run/planning/1', 'run/review/1'].map(async (callId) =>
      choice?.provider.chat({ model: 'm', system: '', messages: [] }, { signal, callId }),
    );
    await Promise.all(replies);
    expect(statSync(record).mode & 0o077).toBe(0);
    const lines = readFileSync(record, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toEqual({ forgeRecording: 1, provider: 'cloud', model: 'm' });
    expect(lines.slice(1).map(({ call }) => call)).toEqual(['planning/1', 'review/1']);
    expect(JSON.stringify(lines)).not.toContain('hush');
  });
});
