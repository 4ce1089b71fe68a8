import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contributionKeys, errorTable } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { packages, plugins, publishedPlugins, readJson, root, sources } from './packages.ts';

describe('the top of the repository', () => {
  it('holds what the house names and nothing else', () => {
    const expected = [
      'LICENSE',
      'README.md',
      'apps',
      'config',
      'docs',
      'forge',
      'kernel',
      'node_modules',
      'package.json',
      'plugins',
      'pnpm-lock.yaml',
      'pnpm-workspace.yaml',
      'tests',
      'tools',
      'turbo.json',
    ];
    const found = readdirSync(root).filter((name) => !name.startsWith('.'));
    expect(found.filter((name) => !expected.includes(name))).toEqual([]);
  });
});

describe('files', () => {
  const files = sources('kernel', 'plugins', 'apps', 'tools', 'tests');

  it('are found at all', () => {
    expect(files.length).toBeGreaterThan(300);
  });

  it('are short: none has more than 400 lines', () => {
    const lengths = files.map((path) => ({
      path,
      lines: readFileSync(join(root, path), 'utf8').split('\n').length - 1,
    }));
    expect(lengths.filter(({ lines }) => lines > 400)).toEqual([]);
  });

  it('named index.ts only re-export, outside plugins, where they define the plugin', () => {
    const indexes = files.filter((path) => /^(kernel|plugins\/lib)\/.*\/src\/(.*\/)?index\.ts$/.test(path));
    const faulty = indexes.filter((path) =>
      /^(const|let|function|class|async function)\b|^export (const|let|function|class|async)\b/m.test(
        readFileSync(join(root, path), 'utf8'),
      ),
    );
    expect(indexes.length).toBeGreaterThan(3);
    expect(faulty).toEqual([]);
  });
});

describe('packages', () => {
  const all = packages('kernel', 'apps', 'tools').concat(plugins(), publishedPlugins());

  it.each(all.map(({ folder, json }) => [folder, json] as const))(
    '%s exports files that are there, and says what it is',
    (folder, json) => {
      expect(json.description).toBeTruthy();
      const targets = Object.values(json.exports ?? {}).map((target) =>
        typeof target === 'string' ? target : target['@forge/source'],
      );
      expect(targets.filter((target) => target === undefined || !existsSync(join(root, folder, target)))).toEqual([]);
    },
  );
});

describe('plugins', () => {
  const all = plugins();

  it('are there for every kind', () => {
    const kinds = new Set(all.map(({ folder }) => folder.split('/')[1]));
    expect(kinds).toEqual(new Set(Object.keys(contributionKeys)));
  });

  it.each(all.map(({ folder, json }) => [folder, json] as const))(
    '%s: folder, package and manifest have one name',
    (folder, json) => {
      const [, kind, name] = folder.split('/');
      expect(json.name).toBe(`@forge/${kind}-${name}`);
      expect(readJson(join(folder, 'plugin.json'))).toMatchObject({ name: json.name, type: kind });
    },
  );

  it.each(publishedPlugins().map(({ folder, json }) => [folder, json] as const))(
    '%s: folder, package and manifest have one name, which says that it is a plugin',
    (folder, json) => {
      expect(json.name).toBe(folder.split('/')[2]);
      expect(json.name).toMatch(/^forge-plugin-/);
      expect(readJson(join(folder, 'plugin.json'))).toMatchObject({ name: json.name });
    },
  );

  it.each([...all, ...publishedPlugins()].map(({ folder }) => [folder] as const))(
    '%s runs the contract suite of every kind that it provides',
    (folder) => {
      const { provides } = readJson(join(folder, 'plugin.json')) as {
        readonly provides: Record<string, readonly string[]>;
      };
      const kinds = Object.entries(contributionKeys).filter(([, key]) => (provides[key] ?? []).length > 0);
      const test = readFileSync(join(root, folder, 'test/contract.test.ts'), 'utf8');
      expect(kinds.map(([kind]) => `${kind}Contract(`).filter((call) => !test.includes(call))).toEqual([]);
    },
  );
});

describe('contract suites', () => {
  it.each(Object.keys(contributionKeys))('%s: there is one, and it is shown to catch wrong implementations', (kind) => {
    const test = join(root, 'kernel/testkit/test/contracts', `${kind}.test.ts`);
    expect(existsSync(test)).toBe(true);
  });
});

describe('error codes', () => {
  it('are all used somewhere, in the letters in which a person sees them', () => {
    const text = sources('kernel', 'plugins', 'apps')
      .filter((path) => !path.endsWith('plugin-api/src/errors.ts') && !path.includes('/test/'))
      .map((path) => readFileSync(join(root, path), 'utf8'))
      .join('\n');
    expect(Object.keys(errorTable).filter((code) => !text.includes(`'${code}'`))).toEqual([]);
  });
});
