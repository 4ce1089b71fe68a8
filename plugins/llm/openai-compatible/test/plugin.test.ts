import { readFile } from 'node:fs/promises';
import { manifestSchema, type PluginContext, z } from '@forge/plugin-api';
import { expect, test } from 'vitest';
import plugin, { type OpenAiOptions, optionsSchema } from '../src/index.ts';
import { systemClock } from './system-clock.ts';

const manifest = manifestSchema.parse(
  JSON.parse(await readFile(new URL('../plugin.json', import.meta.url), 'utf8')) as unknown,
);

/** A context whose environment knows only what the manifest asks for. */
function contextWith(values: Record<string, string>, options: unknown): PluginContext<OpenAiOptions> {
  const read = (allowed: readonly string[]) => (name: string) =>
    allowed.includes(name) ? values[name] : expect.fail(`${name} is not among the permissions`);
  return {
    options: optionsSchema.parse(options),
    env: read(manifest.permissions.env),
    secret: read(manifest.permissions.secrets),
    clock: systemClock,
  } as PluginContext<OpenAiOptions>;
}

test('the manifest says what the plugin gives and takes', async () => {
  const { llms } = await plugin.setup(contextWith({ OPENAI_API_KEY: 'k' }, {}));
  expect(llms?.map(({ name }) => name)).toEqual(manifest.provides.llms);
  expect(manifest.options).toEqual(z.toJSONSchema(optionsSchema, { io: 'input' }));
});

test('the server comes from the options, else the environment, else OpenAI with a key', async () => {
  const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', OLLAMA_HOST: '127.0.0.1:2' };
  const placeOf = async (values: Record<string, string>, options: unknown) => {
    const { llms } = await plugin.setup(contextWith(values, options));
    return (await llms?.[0]?.probe?.({ signal: AbortSignal.timeout(20_000) }))?.detail;
  };
  expect(await placeOf(env, { baseUrl: 'http://127.0.0.1:3/v1' })).toContain('127.0.0.1:3');
  expect(await placeOf(env, {})).toContain('127.0.0.1:1');
  expect(await placeOf({ OLLAMA_HOST: '127.0.0.1:2' }, {})).toContain('127.0.0.1:2');
  const { llms } = await plugin.setup(contextWith({ OPENAI_API_KEY: 'k' }, {}));
  expect(llms?.[0]?.defaultModel).toMatch(/^gpt-/);
});
