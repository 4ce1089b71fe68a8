import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ModelServer, startModelServer } from '@forge/testkit/model-server';
import { startReceiver } from '@forge/testkit/contracts';
import { root } from './documents.ts';
import { pipeline } from './pipeline.ts';

/**
 * What a block needs to find: a repository without a run, one whose run is done, waits for a yes, or has a question, or
 * was told to webhooks, one of which the configuration does not name any more.
 */
export type Scene = 'fresh' | 'done' | 'waiting' | 'asking' | 'told';

export interface Place {
  /** The repository. */
  readonly folder: string;
  /** Makes the repository as it is in that scene; the first time by running Forge, then from a copy. */
  enter(scene: Scene): Promise<void>;
  /** Runs a script as a person would type it. The docs' placeholders mean what is there. */
  run(script: string): Promise<{ readonly code: number; readonly output: string }>;
  /** Commands of Forge that ended, since this was last called, with something else than was to be expected. */
  surprises(): readonly string[];
  remove(): Promise<void>;
}

const fixture = fileURLToPath(new URL('../fixtures/repositories/node', import.meta.url));

const makings = (receiver: string): Readonly<Record<Exclude<Scene, 'fresh'>, string>> => ({
  done: 'forge run --yes "Add the area of a triangle"',
  waiting: 'forge run "Add the area of a triangle"',
  asking: 'FORGE_QUESTIONS__ON_TIMEOUT=park forge run "Do what is doubtful"',
  told: `${configure(receiver, 'audit', 'old-hooks')} && forge run --yes --trust "Add the area of a triangle"
    ${configure(receiver, 'audit')} && forge --trust config check`,
});

function configure(url: string, ...names: readonly string[]): string {
  const webhooks = names.map((name) => ({ name, events: ['run.*'], url, allowPrivate: true }));
  return `echo '${JSON.stringify({ webhooks })}' > forge.config.json`;
}

/** A home, a repository and a model of their own. Paths stay the same, because runs know where they lie. */
export async function createPlace(): Promise<Place> {
  const top = mkdtempSync(join(tmpdir(), 'forge-docs-'));
  const [home, programs, folder, kept] = ['home', 'bin', 'shop', 'scenes'].map((name) => join(top, name)) as [
    string,
    string,
    string,
    string,
  ];
  const surprisesFile = join(top, 'surprises');
  const server = await startModelServer({ script: pipeline });
  const receiver = await startReceiver({ status: 200 });
  mkdirSync(join(home, '.config/fish/completions'), { recursive: true });
  writeFileSync(join(home, '.gitconfig'), '[user]\n\tname = Person\n\temail = person@example.org\n');
  install(programs, surprisesFile);
  const env = environment(server, home, programs);

  async function enter(scene: Scene): Promise<void> {
    rmSync(folder, { recursive: true, force: true });
    if (existsSync(join(kept, scene))) {
      cpSync(join(kept, scene), folder, { recursive: true });
      // Another block may have had another configuration trusted since.
      if (scene === 'told') await must('forge --trust config check');
      return;
    }
    if (scene === 'fresh') {
      cpSync(fixture, folder, { recursive: true });
      writeFileSync(join(folder, 'task.md'), 'Add the area of a triangle\n');
      await must(
        'git init --quiet --initial-branch=main && git add --all && git commit --quiet -m "feat: as it was found"',
      );
    } else {
      await enter('fresh');
      await must(makings(receiver.url)[scene]);
    }
    cpSync(folder, join(kept, scene), { recursive: true });
  }

  async function must(script: string): Promise<void> {
    const { code, output } = await bash(script);
    if (code !== 0) throw new Error(`${script}\n${output}`);
  }

  const bash = (script: string) => runBash(script, folder, env);

  /** What `7Q2M4K` stands for in a block. */
  async function idFor(script: string): Promise<string> {
    if (/forge token/.test(script)) await bash('forge token create ids');
    const [command, key] = /forge token/.test(script)
      ? ['forge token list --json', 'id']
      : /forge memory/.test(script)
        ? ['forge memory list --json', 'id']
        : /forge (approve|reject|answer)/.test(script)
          ? ['forge inbox --json', 'id']
          : ['forge runs --json', 'id'];
    const { output } = await bash(command);
    const found = output.split('\n').find((line) => line.startsWith('{') && line.includes(`"${key}"`));
    if (found === undefined) throw new Error(`nothing here has an id: ${command}\n${output}`);
    return (JSON.parse(found) as Record<string, string>)[key] ?? '';
  }

  return {
    folder,
    enter,
    async run(script) {
      const placeholders: readonly (readonly [string, string])[] = [
        ['7Q2M4K', script.includes('7Q2M4K') ? await idFor(script) : ''],
        ['=…', '=a-key'],
        ['http://localhost:8000/v1', server.openAiUrl],
      ];
      return bash(placeholders.reduce((text, [from, to]) => text.replaceAll(from, to), script));
    },
    surprises() {
      const found = [...lines(surprisesFile), ...server.complaints];
      rmSync(surprisesFile, { force: true });
      return found;
    },
    async remove() {
      await server.close();
      await receiver.close();
      rmSync(top, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function environment(server: ModelServer, home: string, programs: string): NodeJS.ProcessEnv {
  const { PATH = '', LANG } = process.env;
  return {
    PATH: `${programs}:${dirname(process.execPath)}:${PATH}`,
    HOME: home,
    ...(LANG === undefined ? {} : { LANG }),
    EDITOR: 'true',
    ANTHROPIC_BASE_URL: server.url,
    ANTHROPIC_API_KEY: 'sk-ant-docs-0123456789',
  };
}

/** `forge` as it was built, else from source, and what a machine may not have. */
function install(folder: string, surprisesFile: string): void {
  const built = join(root, 'apps/cli/dist/forge.js');
  const source = `--conditions=@forge/source --disable-warning=ExperimentalWarning ${join(root, 'apps/cli/src/main.ts')}`;
  const entry = existsSync(built) ? built : source;
  // Nobody sits there to say yes: a run that may not answer itself has to wait, with 3.
  const forge = `"${process.execPath}" ${entry} "$@"
code=$?
expected=0
case " $* " in
  *" --yes "*|*" --plan-only "*|*" --help "*|*" token "*) ;;
  *" run "*|*" resume "*) expected=3 ;;
esac
[ $code = $expected ] || echo "forge $* ended with $code" >> "${surprisesFile}"
[ $code = $expected ] && exit 0
exit $code`;
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries({ forge, gh: 'echo "Add the area of a triangle"' })) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  }
}

function lines(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}

function runBash(script: string, cwd: string, env: NodeJS.ProcessEnv) {
  return new Promise<{ readonly code: number; readonly output: string }>((resolve, reject) => {
    const child = spawn('bash', ['-euc', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}
