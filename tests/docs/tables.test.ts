import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configLayerSchema, deprecations, errorTable, exitCodes, type JsonSchema, z } from '@forge/plugin-api';
import { describe, expect, test } from 'vitest';
import { commandTable, globalFlags } from './command-line.ts';
import { documentAt, documents, root, tableRows } from './documents.ts';

const codeIn = (cell = ''): string => /^`(.*)`$/.exec(cell)?.[1] ?? cell;

describe('docs/configuration.md', () => {
  const rows = tableRows(documentAt('docs/configuration.md').text, 'Settings');
  const written = new Map(rows.map(([name, value]) => [codeIn(name), codeIn(value)]));
  const defaults = JSON.parse(readFileSync(join(root, 'config/defaults.json'), 'utf8')) as Record<string, unknown>;

  test('has every setting of the schema, each once, and no other', () => {
    expect(rows.map(([name]) => codeIn(name)).sort()).toEqual(settings().sort());
  });

  test.each([...written])('%s has the default %s', (name, value) => {
    const found = name.split('.').reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key], defaults);
    expect(value === '' ? undefined : JSON.parse(value)).toEqual(found);
  });
});

/** Paths of the schema's leaves. */
function settings(): string[] {
  const paths: string[] = [];
  const visit = (schema: JsonSchema, path: readonly string[]): void => {
    const properties = schema['properties'] as Record<string, JsonSchema> | undefined;
    if (properties === undefined) paths.push(path.join('.'));
    else for (const [key, inner] of Object.entries(properties)) visit(inner, [...path, key]);
  };
  visit(z.toJSONSchema(configLayerSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema, []);
  return paths;
}

describe('docs/plugin-upgrades.md', () => {
  const { text } = documentAt('docs/plugin-upgrades.md');

  test('lists what is deprecated, and says so when nothing is', () => {
    const rows = tableRows(text, 'Deprecated').map(([name, ...cells]) => [codeIn(name), ...cells]);
    expect(rows).toEqual(
      deprecations.map(({ name, since, goneIn, notBefore, instead }) => [name, since, goneIn, notBefore, instead]),
    );
    expect(/^Nothing is today\./m.test(text)).toBe(deprecations.length === 0);
  });
});

describe('docs/cli.md', () => {
  const { text } = documentAt('docs/cli.md');
  const sections = new Map(
    text.split(/^#{2,3} /m).map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n'))]),
  );
  const shown = commandTable.filter(({ hidden }) => !hidden);

  test('has a section for every command, and for no other', () => {
    const found = [...sections.keys()].filter((title) => title.startsWith('forge '));
    expect(found.sort()).toEqual(shown.map(({ name }) => `forge ${name}`).sort());
  });

  test.each(shown.map((row) => [row.name, row] as const))('forge %s: every flag, and an example', (name, row) => {
    const section = sections.get(`forge ${name}`) ?? '';
    for (const { flags } of row.options ?? []) {
      for (const flag of flags.match(/--[a-z-]+/g) ?? []) expect(section).toContain(flag);
    }
    expect(section).toMatch(/^```sh\n[\s\S]*?\bforge [\s\S]*?^```$/m);
    expect(section).toContain(`forge ${name}`);
  });

  test('has every flag that all commands take', () => {
    for (const { flags } of globalFlags) {
      for (const flag of flags.match(/--?[a-zA-Z-]+/g) ?? []) expect(text).toContain(`\`${flag}`);
    }
  });

  test('has every exit code', () => {
    const rows = text.match(/^\| \d+ \|/gm)?.map((row) => Number(row.replaceAll('|', '')));
    expect(rows).toEqual(Object.values(exitCodes));
  });
});

test.each(documents.map((document) => [document.path, document] as const))(
  '%s: each `forge …` in the text is a command with flags that it takes',
  (_, { text }) => {
    for (const [, line = ''] of text.matchAll(/`(forge [^`]+)`/g)) expect(faultIn(line), line).toBeUndefined();
  },
);

/** What a command line in a sentence names that there is not. */
function faultIn(line: string): string | undefined {
  const words = line
    .replace(/"[^"]*"/g, '')
    .split(/\s+/)
    .slice(1);
  const flags = words.filter((word) => word.startsWith('-'));
  const [first = '', second = ''] = words.filter((word) => !word.startsWith('-'));
  if (first === '' || first === 'help' || first.startsWith('<')) return undefined;
  const row = commandTable.find(({ name }) => name === first || name === `${first} ${second}`);
  if (row === undefined) return first;
  const known = [...globalFlags, ...(row.options ?? [])].flatMap((option) => option.flags.split(/[ ,]+/));
  return flags.find((flag) => !known.includes(flag));
}

describe('docs/errors.md', () => {
  const codes = [...documentAt('docs/errors.md').text.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code = '']) => code);

  test('has every code, each once, and no other', () => {
    expect(codes.sort()).toEqual(Object.keys(errorTable).sort());
  });
});
