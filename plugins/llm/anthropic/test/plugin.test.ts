import { readFile } from 'node:fs/promises';
import { isForgeError, manifestSchema, type PluginContext, z } from '@forge/plugin-api';
import { expect, test } from 'vitest';
import plugin, { type AnthropicOptions, optionsSchema } from '../src/index.ts';
import { systemClock } from './system-clock.ts';

const manifest = manifestSchema.parse(
  JSON.parse(await readFile(new URL('../plugin.json', import.meta.url), 'utf8')) as unknown,
);

/** A context whose environment knows only what the manifest asks for. */
function contextWith(values: Record<string, string>, options: unknown): PluginContext<AnthropicOptions> {
  const read = (allowed: readonly string[]) => (name: string) =>
    allowed.includes(name) ? values[name] : expect.fail(`${name} is not among the permissions`);
  return {
    options: optionsSchema.parse(options),
    env: read(manifest.permissions.env),
    secret: read(manifest.permissions.secrets),
    clock: systemClock,
  } as PluginContext<AnthropicOptions>;
}

test('the manifest says what the plugin gives and takes', async () => {
  const { llms } = await plugin.setup(contextWith({ ANTHROPIC_API_KEY: 'k' }, {}));
  expect(llms?.map(({ name }) => name)).toEqual(manifest.provides.llms);
  expect(manifest.options).toEqual(z.toJSONSchema(optionsSchema, { io: 'input' }));
});

test('the base URL comes from the options, else from the environment', async () => {
  const env = { ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: 'http://gateway.example' };
  const hostOf = async (options: unknown) => {
    const { llms } = await plugin.setup(contextWith(env, options));
    return (await llms?.[0]?.probe?.({ signal: new AbortController().signal }))?.detail;
  };
  expect(await hostOf({})).toContain('gateway.example');
  expect(await hostOf({ baseUrl: 'http://other.example' })).toContain('other.example');
});

test('without a key it starts, and says so when it is used', async () => {
  const { llms } = await plugin.setup(contextWith({}, {}));
  const chat = llms?.[0]?.chat(
    { model: 'm', system: '', messages: [] },
    { signal: new AbortController().signal, callId: 'a/b/0' },
  );
  const error: unknown = await chat?.catch((reason: unknown) => reason);
  expect(isForgeError(error, 'LLM_CREDENTIALS')).toBe(true);
});
