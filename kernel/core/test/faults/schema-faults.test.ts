import { configLayerSchema } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { z as otherZod } from 'zod-other';
import { codeSource } from '../../src/faults/code-source.ts';
import { dataSource } from '../../src/faults/data-source.ts';
import { knownKeys } from '../../src/faults/known-keys.ts';
import { schemaFaults, type SchemaIssue } from '../../src/faults/schema-faults.ts';

async function faultsOfConfig(value: unknown, text = JSON.stringify(value)) {
  const { error } = configLayerSchema.safeParse(value);
  return schemaFaults((error?.issues ?? []) as unknown as SchemaIssue[], {
    code: 'CONFIG_INVALID',
    schema: configLayerSchema,
    value,
    source: dataSource('forge.config.json', text),
  });
}

describe('schemaFaults', () => {
  it.each<[string, unknown, string, string]>([
    ['unknown key', { saftey: {} }, 'unknown key "saftey" — did you mean "safety"?', '1:2'],
    ['unknown nested key', { safety: { money: 1 } }, 'safety: unknown key "money"', '1:12'],
    [
      'misspelt nested key',
      { safety: { budgetUSD: 1 } },
      'safety: unknown key "budgetUSD" — did you mean "budgetUsd"?',
      '1:12',
    ],
    ['wrong type', { safety: { budgetUsd: 'two' } }, 'safety.budgetUsd: expected number, found "two"', '1:24'],
    [
      'wrong word',
      { phases: ['reviw'] },
      'phases[0]: expected planning, implementation, review, testing, deployment, found "reviw" — did you mean "review"?',
      '1:12',
    ],
    ['out of range', { concurrency: 0 }, 'concurrency: expected a number of at least 1, found 0', '1:16'],
    ['not above a bound', { safety: { budgetUsd: 0 } }, 'safety.budgetUsd: expected a number above 0, found 0', '1:24'],
    ['none of a union', { testing: { command: 5 } }, 'testing.command: expected string or array, found 5', '1:23'],
    ['inside a union', { plugins: [{ us: 'x' }] }, 'plugins[0].use: is missing', '1:13'],
    ['fallback', { llm: { fallback: ['gpt'] } }, 'llm.fallback[0]: expected provider:model', '1:21'],
    ['not an object', [], 'expected object, found array', '1:1'],
  ])('%s', async (_name, value, message, place) => {
    const [fault] = await faultsOfConfig(value);
    expect(fault).toMatchObject({ code: 'CONFIG_INVALID', details: { where: `forge.config.json:${place}` } });
    expect(fault?.message).toBe(message);
  });

  it('gathers all, each with its frame', async () => {
    const text = '{\n  "saftey": 1,\n  "concurrency": "many",\n  "plugins": [{ "use": "a", "option": {} }]\n}';
    const faults = await faultsOfConfig(JSON.parse(text), text);
    expect(faults.map(({ message, details }) => `${details.where} ${message}`).sort()).toEqual([
      'forge.config.json:2:3 unknown key "saftey" — did you mean "safety"?',
      'forge.config.json:3:18 concurrency: expected number, found "many"',
      'forge.config.json:4:29 plugins[0]: unknown key "option" — did you mean "options"?',
    ]);
    const frame = faults.find(({ message }) => message.startsWith('unknown'))?.details.frame;
    expect(frame).toBe('    1 │ {\n  > 2 │   "saftey": 1,\n      │   ^^^^^^^^');
  });

  it('shows an option of a plugin as a person knows it', async () => {
    const source = codeSource(
      'forge.config.ts',
      "import { defineConfig } from '@forge/plugin-api';\nimport { jira } from './jira';\nexport default defineConfig({\n  plugins: [jira({ sit: 'https://acme.atlassian.net' })],\n});\n",
    );
    const schema = otherZod.strictObject({ site: otherZod.string().optional() });
    const issues = schema.safeParse({ sit: 'x' }).error?.issues as unknown as SchemaIssue[];
    const [fault] = await schemaFaults(issues, {
      code: 'PLUGIN_OPTIONS',
      schema,
      source,
      subject: 'jira',
      keyWord: 'option',
      at: ['plugins', 0, 'options'],
      shownAt: ['plugins', 0],
      plugin: 'jira',
    });
    expect(fault?.message).toBe('plugins[0] (jira): unknown option "sit" — did you mean "site"?');
    expect(fault?.details).toEqual({
      where: 'forge.config.ts:4:20',
      frame: [
        '    3 │ export default defineConfig({',
        "  > 4 │   plugins: [jira({ sit: 'https://acme.atlassian.net' })],",
        '      │                    ^^^',
      ].join('\n'),
      plugin: 'jira',
    });
  });

  it('shows no value of an option that is named like a secret, and no part of a long one', async () => {
    const schema = otherZod.object({ apiKey: otherZod.number(), site: otherZod.number() });
    const value = { apiKey: 'hush', site: 'x'.repeat(61) };
    const issues = schema.safeParse(value).error?.issues as unknown as SchemaIssue[];
    const faults = await schemaFaults(issues, { code: 'PLUGIN_OPTIONS', schema, value });
    expect(faults.map(({ message }) => message)).toEqual([
      'apiKey: expected number, found string',
      'site: expected number, found string',
    ]);
  });

  it('takes the issues of any Standard Schema', async () => {
    const [fault] = await schemaFaults([{ message: 'is no site', path: [{ key: 'site' }] }], {
      code: 'PLUGIN_OPTIONS',
      where: 'FORGE_PLUGINS',
    });
    expect(fault).toMatchObject({ message: 'site: is no site', details: { where: 'FORGE_PLUGINS' } });
  });
});

describe('knownKeys', () => {
  it('looks through whatever stands around an object', () => {
    const inner = otherZod.object({ site: otherZod.string() });
    const schema = otherZod.object({
      list: otherZod.array(inner.optional()).default([]),
      map: otherZod.record(otherZod.string(), otherZod.union([otherZod.string(), inner])),
      lazy: otherZod.lazy(() => inner),
    });
    expect(knownKeys(schema, ['list', 3])).toEqual(['site']);
    expect(knownKeys(schema, ['map', 'any'])).toEqual(['site']);
    expect(knownKeys(schema, ['lazy'])).toEqual(['site']);
    expect(knownKeys(schema, ['nothing'])).toEqual([]);
    expect(knownKeys(undefined, [])).toEqual([]);
  });
});
