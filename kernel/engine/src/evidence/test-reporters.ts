import { testRunnerOf, type TestCommand, type TestRunner } from '@forge/plugin-api';

/** How a run of the tests is made to leave a report behind, beside all that it does anyway. */
export interface Reporter {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Added to the command. */
  readonly args?: readonly string[];
  /** The one file that it writes, or which files of the checkout it writes. */
  readonly report: string | ((path: string) => boolean);
}

export interface ReporterWorld {
  readonly command: TestCommand;
  /** Where one may be written: absolute, outside of the checkout. */
  readonly file: string;
  /** Text of a file in the folder that the tests run in; undefined when there is none. */
  read(name: string): Promise<string | undefined>;
  /** Runs a program as the tests are run; undefined when it fails. */
  ask(program: string, ...args: string[]): Promise<string | undefined>;
}

type ReporterOf = (world: ReporterWorld) => Promise<Reporter | undefined>;

/**
 * The reporter of a command's runner. Undefined where the runner has none, and where adding one could change what the
 * command does: when the project has reporters of its own, or when it is not sure where the words would end up.
 */
export async function reporterFor(world: ReporterWorld): Promise<Reporter | undefined> {
  const { command } = world;
  const script = command.runner === 'unknown' ? await testScript(world) : undefined;
  const runner = script === undefined ? command.runner : testRunnerOf(`${command.command.join(' ')}\n${script}`);
  return reporters[runner as TestRunner]?.(world);
}

const reporters: { readonly [R in TestRunner]?: ReporterOf } = {
  'node-test': nodeTest,
  pytest,
  vitest,
  jest,
  maven: async () => ({ report: (path) => /(^|\/)target\/(surefire|failsafe)-reports\/TEST-[^/]+\.xml$/.test(path) }),
  gradle: async () => ({ report: (path) => /(^|\/)build\/test-results\/[^/]+\/TEST-[^/]+\.xml$/.test(path) }),
};

/** By the environment, which reaches it through any script. What it printed before, it prints still. */
async function nodeTest({ file, read, ask }: ReporterWorld): Promise<Reporter | undefined> {
  if (await mentions(read, ['package.json', '.npmrc', 'Makefile'], /test-reporter|NODE_OPTIONS|node-options/))
    return undefined;
  // Answers the name of its default reporter, which is replaced by any that is asked for.
  const asked = `const [major, minor] = process.versions.node.split('.').map(Number);
    const able = process.allowedNodeEnvironmentFlags.has('--test-reporter') && (major > 18 || (major === 18 && minor >= 17));
    console.log(able ? (major >= 23 ? 'spec' : 'tap') : '');`;
  const usual = (await ask('node', '-e', asked))?.trim();
  if (usual !== 'spec' && usual !== 'tap') return undefined;
  const options = [
    ['--test-reporter', usual],
    ['--test-reporter-destination', 'stdout'],
    ['--test-reporter', 'junit'],
    ['--test-reporter-destination', file],
  ];
  const words = options.map(([name, value]) => `"${name}=${value?.replaceAll(/["\\]/g, '\\$&')}"`);
  return { env: { NODE_OPTIONS: words.join(' ') }, report: file };
}

async function pytest({ file, read }: ReporterWorld): Promise<Reporter | undefined> {
  const settings = ['pytest.ini', '.pytest.ini', 'pyproject.toml', 'setup.cfg', 'tox.ini', 'Makefile'];
  if (await mentions(read, settings, /junit|PYTEST_ADDOPTS/)) return undefined;
  return { env: { PYTEST_ADDOPTS: `'--junitxml=${file.replaceAll("'", `'"'"'`)}'` }, report: file };
}

async function vitest(world: ReporterWorld): Promise<Reporter | undefined> {
  const { file, read } = world;
  const settings = ['vitest', 'vite'].flatMap((name) =>
    ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `${name}.config.${extension}`),
  );
  // A configuration that is made of others may hold reporters that are not seen here.
  if (await mentions(read, settings, /reporters|outputFile|mergeConfig|extends/)) return undefined;
  const own = ['--reporter=default', '--reporter=junit', `--outputFile.junit=${file}`];
  const args = await appended(world, /^vitest( |$)/, /--(reporter|outputFile|config)|(^|\s)-c\s/, own);
  return args && { args, report: file };
}

/** Jest brings no such reporter; many projects have `jest-junit`. */
async function jest(world: ReporterWorld): Promise<Reporter | undefined> {
  const { file, read } = world;
  const settings = [
    'package.json',
    'jest.config.js',
    'jest.config.ts',
    'jest.config.mjs',
    'jest.config.cjs',
    'jest.config.json',
  ];
  if (await mentions(read, settings, /["']?reporters["']?\s*:|"?preset"?\s*:/)) return undefined;
  if (!(await mentions(read, ['package.json'], /"jest-junit"/))) return undefined;
  const own = ['--reporters=default', '--reporters=jest-junit'];
  const args = await appended(world, /^jest( |$)/, /--(reporters|config|json)|(^|\s)-c\s/, own);
  return args && { args, env: { JEST_JUNIT_OUTPUT_FILE: file }, report: file };
}

/** Words for the runner at the end of the command, where the runner is what gets them; else undefined. */
async function appended(
  world: ReporterWorld,
  program: RegExp,
  refused: RegExp,
  words: readonly string[],
): Promise<readonly string[] | undefined> {
  const { command } = world.command;
  const said = command.join(' ');
  const direct = said.replace(/^(npx --no-install|npx|pnpm exec|yarn run|bun x) /, '');
  if (program.test(direct)) return refused.test(direct) ? undefined : words;
  const script = (await testScript(world))?.trim();
  // One plain command: with several, or with anything for a shell, its end is not the runner's.
  if (script === undefined || !program.test(script) || refused.test(script) || /[&|;<>()$`\n]/.test(script))
    return undefined;
  return said.startsWith('npm ') ? ['--', ...words] : words;
}

/** The test script of package.json, when that is what the command runs. */
async function testScript({ command, read }: ReporterWorld): Promise<string | undefined> {
  if (!/^(npm|pnpm|yarn|bun)( run)? test$/.test(command.command.join(' '))) return undefined;
  try {
    const manifest = JSON.parse((await read('package.json')) ?? '') as {
      readonly scripts?: { readonly test?: unknown };
    };
    const script = manifest.scripts?.test;
    return typeof script === 'string' ? script : undefined;
  } catch {
    return undefined;
  }
}

async function mentions(read: ReporterWorld['read'], names: readonly string[], words: RegExp): Promise<boolean> {
  const texts = await Promise.all(names.map(read));
  return texts.some((text) => text !== undefined && words.test(text));
}
