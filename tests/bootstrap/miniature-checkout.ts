import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A checkout with the real `forge` and bootstrap, one real dependency, and a build that writes a one-line command
 * line: everything a set-up does, in a small size. `node`, `npm` and `pnpm` leave a line in a log when they start.
 */
export async function miniatureCheckout(options: { readonly useOwnNode?: boolean } = {}) {
  const home = await mkdtemp(join(tmpdir(), 'forge-checkout-'));
  const root = join(home, 'checkout');
  for (const path of ['forge', 'tools/bootstrap.mjs', 'tools/bootstrap', 'tools/build/src/launcher.js'])
    await cp(join(repository, path), join(root, path), {
      recursive: true,
      filter: (from) => !/node_modules|\/test/.test(from),
    });
  const files: Record<string, string> = {
    'package.json': `{ "name": "miniature", "private": true, "version": "0.0.0", "bin": { "forge": "./forge" } }\n`,
    'pnpm-workspace.yaml': 'packages: [kernel]\npmOnFail: ignore\n',
    'kernel/package.json': '{ "name": "kernel", "version": "1.0.0", "dependencies": { "picocolors": "1.1.1" } }\n',
    'pnpm-lock.yaml': lockFile,
    'kernel/src/words.ts': "export const words = 'first';\n",
    'tools/build/src/main.ts': build,
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  if (options.useOwnNode !== true) await editPins((pins) => void (pins.node.accepts = '>=999'));
  const log = join(home, 'started.log');
  const shims = join(home, 'bin');
  await mkdir(shims);
  for (const name of ['node', 'npm']) await recordStarts(join(shims, name), name, await which(name));
  const env = { ...process.env, PATH: [shims, process.env['PATH']].join(delimiter) };

  /** Puts a script in the place of a program that notes its start and becomes the program. */
  async function recordStarts(path: string, name: string, program: string) {
    await writeFile(path, `#!/bin/sh\necho ${name} >>'${log}'\nexec '${program}' "$@"\n`);
    await chmod(path, 0o755);
  }

  async function editPins(edit: (pins: Pins) => void) {
    const path = join(root, 'tools/bootstrap/toolchain.json');
    const pins = JSON.parse(await readFile(path, 'utf8')) as Pins;
    edit(pins);
    await writeFile(path, JSON.stringify(pins));
  }

  return {
    home,
    root,
    env,
    editPins,
    recordStarts,
    forge: (...args: string[]) => run(join(root, 'forge'), args, { cwd: home, env }),
    run: (command: string, ...args: string[]) => run(command, args, { cwd: home, env }),
    /** What was started since the last question, in order. */
    async started(): Promise<string[]> {
      const text = await readFile(log, 'utf8').catch(() => '');
      await rm(log, { force: true });
      return text.split('\n').filter((line) => line !== '');
    },
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

export type Checkout = Awaited<ReturnType<typeof miniatureCheckout>>;

interface Pins {
  readonly node: { accepts: string; packages: Record<string, string> };
  readonly pnpm: { packages: Record<string, string> };
}

const lockFile = `lockfileVersion: '9.0'

settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false

importers:

  .: {}

  kernel:
    dependencies:
      picocolors:
        specifier: 1.1.1
        version: 1.1.1

packages:

  picocolors@1.1.1:
    resolution: {integrity: sha512-xceH2snhtb5M9liqDsmEw56le376mTZkEX/jEb/RxNFyegNul7eNslCXP9FDj/Lcu0X8KEyMceP2ntpaHrDEVA==}

snapshots:

  picocolors@1.1.1: {}
`;

const build = `import { copyFileSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
const started = new Date();
const { words } = await import('../../../kernel/src/words.ts');
const dist = new URL('../../../apps/cli/dist/', import.meta.url);
mkdirSync(dist, { recursive: true });
writeFileSync(new URL('package.json', dist), '{ "type": "module" }');
writeFileSync(new URL('main.js', dist), 'console.log(' + JSON.stringify(words) + ', process.argv.slice(2).join(" "), process.version)');
copyFileSync(new URL('launcher.js', import.meta.url), new URL('forge.js', dist));
writeFileSync(new URL('.inputs', dist), 'kernel/src/words.ts\\npnpm-lock.yaml');
utimesSync(new URL('.inputs', dist), started, started);
`;

async function which(name: string): Promise<string> {
  const { stdout } = await run('sh', ['-c', `command -v ${name}`], { cwd: tmpdir(), env: process.env });
  return stdout.trim();
}

function run(command: string, args: readonly string[], { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv }) {
  return new Promise<Outcome>((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}
