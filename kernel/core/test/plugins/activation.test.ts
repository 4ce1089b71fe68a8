import { join } from 'node:path';
import {
  definePlugin,
  type HumanGate,
  type PluginContext,
  type PluginDefinition,
  type Tool,
  z,
} from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { z as otherZod } from 'zod-other';
import type { InlinePlugin } from '../../src/manifests/discover.ts';
import { manifest, open } from '../support/open.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const tool = (name: string, more: Partial<Tool> = {}): Tool => ({
  name,
  description: name,
  schema: { input: z.object({}), output: z.object({}) },
  execute: async () => ({}),
  ...more,
});
const gate = (id: string): HumanGate => ({ id, condition: () => true, request: async () => undefined });

const inline = (
  name: string,
  provides: InlinePlugin['manifest']['provides'],
  definition: PluginDefinition,
  more: Partial<InlinePlugin['manifest']> = {},
): InlinePlugin => ({ manifest: manifest(name, provides, more), definition });

const cwd = () => temporaryFolder();

describe('starting a plugin', () => {
  it('happens when something of it is asked for, once, and nothing else starts', async () => {
    const started: string[] = [];
    const counted = (name: string) =>
      inline(
        name,
        { tools: [`${name}_a`, `${name}_b`] },
        definePlugin({
          setup: () => {
            started.push(name);
            return { tools: [tool(`${name}_a`), tool(`${name}_b`)] };
          },
        }),
      );
    const forge = await open(cwd(), { inlinePlugins: [counted('one'), counted('two')] });
    expect(forge.names('tool').map(({ name }) => name)).toEqual(['one_a', 'one_b', 'two_a', 'two_b']);
    expect(forge.plugins.map(({ active }) => active)).toEqual([false, false]);
    expect(started).toEqual([]);
    const [first, , qualified] = await Promise.all([
      forge.get('tool', 'one_a'),
      forge.get('tool', 'one_b'),
      forge.get('tool', 'one/one_a'),
    ]);
    expect(started).toEqual(['one']);
    expect(qualified).toBe(first);
    expect(forge.plugins.map(({ active }) => active)).toEqual([true, false]);
  });

  it.each<[string, InlinePlugin['manifest']['provides'], object, string[]]>([
    [
      'missing',
      { tools: ['greet', 'part'] },
      { tools: [tool('greet')] },
      ['The plugin "p" declares the tool "part" but does not provide it'],
    ],
    [
      'undeclared',
      { tools: ['greet'] },
      { tools: [tool('greet'), tool('leave')], gates: [gate('door')] },
      [
        'The plugin "p" provides the tool "leave" without declaring it',
        'The plugin "p" provides the gate "door" without declaring it',
      ],
    ],
    [
      'misspelt',
      { tools: ['greet'] },
      { tools: [tool('great')] },
      [
        'The plugin "p" declares the tool "greet" but does not provide it — did you mean "great"?',
        'The plugin "p" provides the tool "great" without declaring it — did you mean "greet"?',
      ],
    ],
    [
      'of an unknown kind',
      { tools: ['greet'] },
      { tools: [tool('greet')], tool: [] },
      ['The plugin "p" provides "tool", which is no kind of contribution — did you mean "tools"?'],
    ],
    ['no list', { tools: [] }, { tools: {} }, ['The plugin "p" gives "tools" as something other than an array']],
    [
      'there twice',
      { tools: ['a'] },
      { tools: [tool('a'), tool('a')] },
      ['The plugin "p" provides the tool "a" twice'],
    ],
    [
      'no tool',
      { tools: ['a', 'b', 'c'] },
      {
        tools: [
          { ...tool('a'), execute: undefined },
          { ...tool('b'), execute: 'later' },
          { ...tool('c'), schema: { input: { '~standard': {} }, output: z.object({}) } },
          { description: 'nameless' },
        ],
      },
      [
        'The plugin "p" brings a wrong tool: "a" has no execute()',
        'The plugin "p" brings a wrong tool: "b" has a execute that is no function',
        'The plugin "p" brings a wrong tool: "c" has no schema.input of zod 4: take z from @forge/plugin-api',
        'The plugin "p" brings a wrong tool: number 4 has no execute()',
      ],
    ],
    ['nothing at all', { tools: [] }, null as unknown as object, ['The plugin "p" gave nothing from setup()']],
  ])('names what is %s', async (_name, provides, given, messages) => {
    let stopped = 0;
    const definition = definePlugin({
      setup: () => (given === null ? given : { ...given, stop: () => void stopped++ }) as never,
    });
    const forge = await open(cwd(), { inlinePlugins: [inline('p', { ...provides, executors: ['x'] }, definition)] });
    const error = await forge.get('executor', 'x').catch((caught: unknown) => caught);
    const { faultsOf } = await import('@forge/plugin-api');
    const faults = faultsOf(error).filter(({ message }) => !message.includes('executor "x"'));
    expect(faults.map(({ message }) => message)).toEqual(messages);
    expect(faults.every(({ code, details }) => code === 'PLUGIN_MISMATCH' && details.plugin === 'p')).toBe(true);
    expect(stopped).toBe(given === null ? 0 : 1);
  });

  it.each<[string, () => never]>([
    [
      'throws',
      () => {
        throw new Error('no engine oil');
      },
    ],
    ['rejects', (() => Promise.reject(new Error('no engine oil'))) as unknown as () => never],
  ])('that %s is PLUGIN_SETUP, and stays so', async (_name, setup) => {
    let calls = 0;
    const definition = definePlugin({ setup: () => (calls++, setup()) });
    const forge = await open(cwd(), { inlinePlugins: [inline('p', { tools: ['x'] }, definition)] });
    for (let time = 0; time < 2; time++) {
      await expect(forge.get('tool', 'x')).rejects.toMatchObject({
        code: 'PLUGIN_SETUP',
        message: 'The plugin "p" could not start: no engine oil',
        details: { plugin: 'p' },
        cause: { message: 'no engine oil' },
      });
    }
    expect(calls).toBe(1);
  });

  it('that fails with a secret in its words shows none', async () => {
    const definition = definePlugin({ setup: (ctx) => Promise.reject(new Error(`bad key ${ctx.secret('KEY')}`)) });
    const permissions = { secrets: ['KEY'] };
    const inlinePlugins = [inline('p', { tools: ['x'] }, definition, { permissions })];
    const forge = await open(cwd(), { inlinePlugins, env: { KEY: 'hush-hush-hush' } });
    await expect(forge.get('tool', 'x')).rejects.toMatchObject({
      message: 'The plugin "p" could not start: bad key [masked]',
    });
    expect(forge.mask('a hush-hush-hush b')).toBe('a [masked] b');
  });

  it('that takes too long is ended', async () => {
    const definition = definePlugin({ setup: () => new Promise<never>(() => {}) });
    const inlinePlugins = [inline('p', { tools: ['x'] }, definition)];
    const forge = await open(cwd(), { inlinePlugins, limits: { setup: 20 } });
    await expect(forge.get('tool', 'x')).rejects.toMatchObject({
      code: 'PLUGIN_SETUP',
      message: 'The plugin "p" did not start within 0.02 s',
    });
  });
});

describe('options', () => {
  const seen: unknown[] = [];
  const withSchema = (options: z.ZodType) =>
    definePlugin({
      options,
      setup: (ctx) => {
        seen.push(ctx.options);
        return { tools: [tool('x')] };
      },
    });
  const schema = z.strictObject({ site: z.string(), rounds: z.number().default(3) });
  const valibotLike = {
    '~standard': {
      version: 1,
      vendor: 'somebody',
      validate: (value: { site?: unknown }) =>
        typeof value.site === 'string'
          ? { value: { site: value.site } }
          : { issues: [{ message: 'wants a site', path: ['site'] }] },
    },
  };
  const config = (options: unknown) => ({ 'forge.config.json': { plugins: ['other', { use: 'p', options }] } });
  const plugins = (definition: PluginDefinition, more: object = {}) => [
    inline('p', { tools: ['x'] }, definition, more),
    inline('other', {}, definePlugin({})),
  ];

  it.each<[string, z.ZodType, object, unknown]>([
    ['the host’s zod', schema, { site: 'a' }, { site: 'a', rounds: 3 }],
    [
      'another zod',
      otherZod.strictObject({ site: otherZod.string() }) as unknown as z.ZodType,
      { site: 'a' },
      { site: 'a' },
    ],
    ['any Standard Schema', valibotLike as unknown as z.ZodType, { site: 'a' }, { site: 'a' }],
    ['an asynchronous check', schema.refine(async () => true), { site: 'a' }, { site: 'a', rounds: 3 }],
  ])('are parsed by %s, and frozen', async (_name, options, given, expected) => {
    const forge = await open(temporaryFolder(config(given)), { inlinePlugins: plugins(withSchema(options)) });
    await forge.get('tool', 'x');
    expect(seen.at(-1)).toEqual(expected);
    expect(Object.isFrozen(seen.at(-1))).toBe(true);
  });

  it.each<[string, PluginDefinition, object, string[]]>([
    [
      'unknown and wrong',
      withSchema(schema),
      { sit: 'a', rounds: 'x' },
      [
        'forge.config.json:1:1 plugins[1].site (p): is missing',
        'forge.config.json:1:1 plugins[1].rounds (p): expected number, found "x"',
        'forge.config.json:1:1 plugins[1] (p): unknown option "sit" — did you mean "site"?',
      ],
    ],
    [
      'refused by any Standard Schema',
      withSchema(valibotLike as unknown as z.ZodType),
      {},
      ['forge.config.json:1:1 plugins[1].site (p): wants a site'],
    ],
    [
      'not taken at all',
      definePlugin({ setup: () => ({ tools: [tool('x')] }) }),
      { a: 1 },
      ['forge.config.json The plugin "p" takes no options'],
    ],
  ])('that are %s are told with their place', async (_name, definition, given, expected) => {
    const forge = await open(temporaryFolder(config(given)), { inlinePlugins: plugins(definition) });
    const { faultsOf } = await import('@forge/plugin-api');
    const error = await forge.get('tool', 'x').catch((caught: unknown) => caught);
    expect(faultsOf(error).map(({ code }) => code)).toEqual(expected.map(() => 'PLUGIN_OPTIONS'));
    expect(
      faultsOf(error).map(({ message, details }) => `${details.where?.replace(/:\d+:\d+$/, ':1:1')} ${message}`),
    ).toEqual(expected);
  });
});

describe('what a plugin sees', () => {
  async function contextOf(more: object, env: Record<string, string>, folder?: string) {
    let context: PluginContext | undefined;
    const logged: unknown[] = [];
    const definition = definePlugin({
      setup: (ctx) => {
        context = ctx;
        return { tools: [tool('x')] };
      },
    });
    const plugin = { ...inline('p', { tools: ['x'] }, definition, more), ...(folder === undefined ? {} : { folder }) };
    const note = (...args: unknown[]) => void logged.push(args);
    const root = cwd();
    const forge = await open(root, {
      inlinePlugins: [plugin],
      env,
      log: { debug: note, info: note, warn: note, error: note },
    });
    await forge.get('tool', 'x');
    if (context === undefined) throw new Error('not started');
    return { context, forge, logged, root };
  }

  it('is the environment that its manifest names, and no more', async () => {
    const permissions = { env: ['SITE'], secrets: ['TOKEN'] };
    const { context, logged } = await contextOf({ permissions }, { SITE: 'a', TOKEN: 'abcdef-123456', OTHER: 'x' });
    expect(context.env('SITE')).toBe('a');
    expect(context.secret('TOKEN')).toBe('abcdef-123456');
    for (const call of [() => context.env('OTHER'), () => context.secret('SITE'), () => context.env('TOKEN')]) {
      expect(call).toThrow(
        expect.objectContaining({ code: 'PERMISSION_MISSING', details: expect.objectContaining({ plugin: 'p' }) }),
      );
    }
    context.log.warn('the token is abcdef-123456', { again: ['abcdef-123456'] });
    expect(logged).toEqual([['the token is [masked]', { plugin: 'p', again: ['[masked]'] }]]);
  });

  it('is its own folder, links followed', async () => {
    const folder = temporaryFolder({ 'p/prompts/a.md': 'hello', 'secret.txt': 'no' });
    const { symlinkSync } = await import('node:fs');
    symlinkSync(join(folder, 'secret.txt'), join(folder, 'p/link.txt'));
    const { context } = await contextOf({}, {}, join(folder, 'p'));
    expect(await context.readAsset('prompts/a.md')).toBe('hello');
    for (const path of ['../secret.txt', 'link.txt', '/etc/hostname', 'prompts/../../secret.txt']) {
      await expect(context.readAsset(path), path).rejects.toMatchObject({
        code: expect.stringMatching(/PERMISSION_MISSING|FILE_NOT_FOUND/),
      });
    }
    await expect(context.readAsset('prompts/b.md')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  it('is a state folder that git does not see', async () => {
    const { context, forge } = await contextOf({}, {});
    expect(context.stateDirectory).toBe(forge.stateDirectory);
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(join(context.stateDirectory, '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('is a signal that aborts when the host stops', async () => {
    const { context, forge } = await contextOf({}, {});
    expect(context.signal.aborted).toBe(false);
    await forge.close();
    expect(context.signal.aborted).toBe(true);
  });
});

describe('stopping', () => {
  const stopping = (name: string, stop: () => Promise<void> | void) =>
    inline(name, { tools: [name] }, definePlugin({ setup: () => ({ tools: [tool(name)], stop }) }));

  it('goes in reverse order, one at a time, and gathers faults', async () => {
    const order: string[] = [];
    const slow = (name: string) =>
      stopping(name, async () => {
        order.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`${name} ends`);
        if (name !== 'b') throw new Error(`${name} will not`);
      });
    const never = stopping('never', () => void order.push('never started'));
    const forge = await open(cwd(), { inlinePlugins: [slow('a'), slow('b'), slow('c'), never] });
    for (const name of ['a', 'b', 'c']) await forge.get('tool', name);
    await expect(forge.close()).rejects.toMatchObject({
      errors: [
        { code: 'PLUGIN_STOP', message: 'The plugin "c" could not stop: c will not', details: { plugin: 'c' } },
        { code: 'PLUGIN_STOP', message: 'The plugin "a" could not stop: a will not' },
      ],
    });
    expect(order).toEqual(['c begins', 'c ends', 'b begins', 'b ends', 'a begins', 'a ends']);
    await expect(forge.get('tool', 'never')).rejects.toThrow('closing');
    expect(order).toHaveLength(6);
  });

  it('does not wait for a plugin that never ends', async () => {
    const endless = stopping('a', () => new Promise<never>(() => {}));
    const forge = await open(cwd(), { inlinePlugins: [endless], limits: { stop: 20 } });
    await forge.get('tool', 'a');
    await expect(forge.close()).rejects.toMatchObject({
      errors: [{ code: 'PLUGIN_STOP', message: 'The plugin "a" did not stop within 0.02 s' }],
    });
  });

  it('closes the contributions of a plugin that has no stop', async () => {
    const closed: string[] = [];
    const bus = (name: string) => ({
      name,
      publish: async () => {},
      subscribe: () => () => {},
      close: async () => void closed.push(name),
    });
    const forge = await open(cwd(), {
      inlinePlugins: [inline('p', { buses: ['a', 'b'] }, definePlugin({ buses: [bus('a'), bus('b')] }))],
    });
    await forge.get('bus', 'a');
    await forge.close();
    await forge.close();
    expect(closed).toEqual(['b', 'a']);
  });
});
