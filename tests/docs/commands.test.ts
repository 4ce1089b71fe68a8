import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Block, type Document, documents, root } from './documents.ts';
import { createPlace, type Place, type Scene } from './place.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Commands that set up, build or measure the whole checkout, with what runs them instead. */
const elsewhere: Readonly<Record<string, { readonly by: string; readonly as: string }>> = {
  './forge demo': { by: '.ci/run', as: './forge demo' },
  'npm test': { by: '.ci/run', as: 'npm test' },
  'forge demo --directory demo': { by: 'apps/cli/test/main.test.ts', as: "'demo', '--directory', directory" },
  'forge serve': { by: 'apps/cli/test/serve.test.ts', as: "'serve'" },
  'npm install -g .': { by: 'tests/bootstrap/install-global.test.ts', as: 'npm install -g .' },
  'npm test -- kernel/engine/test/log': { by: '.ci/run', as: 'npm test -- ' },
  'npm test -- -t "fences grow"': { by: '.ci/run', as: 'npm test -- ' },
  'npm run check': { by: '.ci/run', as: 'npm run --silent boundaries' },
  'npm run format': { by: '.ci/run', as: 'npm run --silent format:check' },
  'npm run schemas': { by: 'tools/schemas/test/schemas.test.ts', as: 'npm run schemas' },
  'npm run api-report': { by: 'tests/architecture/api-report.test.ts', as: 'npm run api-report' },
  // It asks a person.
  'npm run changeset': { by: 'package.json', as: '"changeset":' },
  'npm run bench': { by: '.ci/run', as: 'npm run --silent bench' },
  'npm run bench -- --short': { by: '.ci/run', as: 'npm run --silent bench -- --short' },
  'npm run bench -- turns events': { by: '.ci/run', as: 'npm run --silent bench' },
  'npm run bench -- --write table.md': { by: '.ci/run', as: 'npm run --silent bench' },
  'npm run pack -- --out ~/forge-packages': { by: 'tests/packaging/packages.test.ts', as: 'packAll(root, out)' },
  'npm install ~/forge-packages/forge-{plugin-api,sdk}-*.tgz': {
    by: 'tests/packaging/client.ts',
    as: "user.install(archive('forge-sdk'), archive('forge-plugin-api'))",
  },
  'npm install --save-dev --ignore-scripts ~/forge-packages/forge-{plugin-api,engine,worker-protocol,core,testkit}-*.tgz vitest@5':
    {
      by: 'tests/packaging/packages.test.ts',
      as: 'author.install(',
    },
};

/** The first that fits says what a block has to find. */
const scenes: readonly (readonly [RegExp, Scene])[] = [
  [/forge serve/, 'fresh'],
  [/forge answer/, 'asking'],
  [/forge webhook/, 'told'],
  [/forge (inbox|approve|reject|resume|discard)/, 'waiting'],
  [/forge (show|logs|fork|watch|attach|stop|runs|verify|export|replay|memory)/, 'done'],
  [/./, 'fresh'],
];

const withCommands = documents.filter(({ blocks }) => blocks.some(({ language }) => language === 'sh'));
const isStory = (document: Document): boolean => document.blocks.some(({ file }) => file?.endsWith('plugin.json'));

let place: Place;
beforeAll(async () => {
  place = await createPlace();
});
afterAll(() => place.remove());

describe.each(withCommands.filter((document) => !isStory(document)))('$path', ({ blocks }) => {
  test.each(named(blocks))('%s', async (_, { language, file, text }) => {
    const isConfiguration = file?.startsWith('forge.config.');
    const script = isConfiguration ? 'forge --trust config check' : ownCommands(text);
    if (!(isConfiguration || language === 'sh') || script === '') return;
    await place.enter(scenes.find(([pattern]) => pattern.test(script))?.[1] ?? 'fresh');
    if (isConfiguration) write(place.folder, file ?? '', text);
    await expectDone(script);
  });
});

// Each block goes on where the one before it ended, with the files that stand between them.
describe.each(withCommands.filter(isStory))('$path, a story', ({ blocks }) => {
  beforeAll(() => place.enter('fresh'));

  test.each(named(blocks))('%s', async (_, { language, file, text }) => {
    if (file !== undefined) write(place.folder, file, text);
    if (language !== 'sh') return;
    const script = ownCommands(text);
    if (!script.includes('npx vitest')) return expectDone(script);
    linkPackages(join(place.folder, 'tools/forge-todo'));
    await expectDone(`export NODE_OPTIONS=--conditions=@forge/source\n${script}`);
  });
});

async function expectDone(script: string): Promise<void> {
  const { code, output } = await place.run(script);
  expect([code, ...place.surprises()], output).toEqual([0]);
}

test.each(Object.entries(elsewhere))('%s is run elsewhere', (_, { by, as }) => {
  expect(existsSync(join(root, by)), by).toBe(true);
  expect(readFileSync(join(root, by), 'utf8')).toContain(as);
});

function named(blocks: readonly Block[]): [string, Block][] {
  return blocks.map((block) => {
    const { language, file, line, text } = block;
    return [`line ${line}: ${file ?? (language === 'sh' ? (text.split('\n')[0] ?? '') : language)}`, block];
  });
}

function ownCommands(text: string): string {
  const own = text.split('\n').filter((line) => elsewhere[line.trim()] === undefined);
  return own.join('\n').trim();
}

test('every script of npm that is named is there', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  const named = documents.flatMap(({ text }) =>
    [...text.matchAll(/npm run (?:--silent )?([a-z:-]+)/g)].map(([, name]) => name),
  );
  expect(named.filter((name) => !Object.hasOwn(scripts, name ?? '') && name !== 'test:unit')).toEqual([]);
});

/** What `npm install` would have put there, without the network. */
function linkPackages(folder: string): void {
  const modules = join(folder, 'node_modules');
  const links = {
    ...Object.fromEntries(
      ['plugin-api', 'engine', 'core', 'testkit'].map((name) => [`@forge/${name}`, `kernel/${name}`]),
    ),
    vitest: 'tests/node_modules/vitest',
    '.bin/vitest': 'tests/node_modules/vitest/vitest.mjs',
  };
  for (const [name, target] of Object.entries(links)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, target), join(modules, name));
  }
  // Of a checkout in which nothing was built.
  const conditions = ['@forge/source'];
  const settings = { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } };
  write(folder, 'vitest.config.mjs', `export default ${JSON.stringify(settings)};\n`);
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
