// @ts-check
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, relative } from 'node:path';
import { SetupFault } from './fault.mjs';
import { withLock } from './lock.mjs';
import { thisMachine } from './platform.mjs';
import { run } from './run.mjs';
import { chooseTools, fetchTools, seconds } from './toolchain.mjs';

/**
 * @typedef {{ root: string, env: NodeJS.ProcessEnv, log: (line: string) => void }} World
 * @typedef {{ node: string, env: NodeJS.ProcessEnv }} Ready the Node to use, and the environment that finds it first
 */

/**
 * Afterwards the toolchain and the locked dependencies are there. Does nothing, and starts no process, when they are.
 *
 * @param {World} world
 * @returns {Promise<Ready>}
 */
export async function prepare(world) {
  const { root, env, log } = world;
  const folder = join(root, '.forge', 'toolchain');
  const tools = chooseTools(await readPins(root), {
    folder,
    machine: thisMachine(),
    ownNode: { version: process.versions.node, path: process.execPath },
  });
  const needed = [...(tools.node === undefined ? [] : [tools.node]), tools.pnpm];
  const folders = [join(root, 'node_modules', '.bin'), dirname(tools.nodePath), dirname(tools.pnpm.binary)];
  const ready = { node: tools.nodePath, env: withFirst(folders, env) };
  const complete = async () => needed.every((tool) => existsSync(tool.binary)) && (await installed(root));
  if (await complete()) return ready;
  await locked(world, async (scratch) => {
    if (await complete()) return;
    await fetchTools(needed, { scratch, env, log });
    if (!(await installed(root))) await install({ ...world, env: ready.env }, tools.pnpm.binary);
  });
  return ready;
}

/**
 * Afterwards the command line's bundle is built from the sources as they are, and `.forge/launch` names the Node that
 * runs it; that file's time says how new the bundle is, and `./forge` compares it with the sources'.
 *
 * @param {World} world
 */
export async function prepareLaunch(world) {
  const { root, log } = world;
  const { node, env } = await prepare(world);
  await locked(world, async () => {
    const started = performance.now();
    // Created before, because the folder's appearance would make apps/cli newer than the launch file.
    await mkdir(join(root, 'apps', 'cli', 'dist'), { recursive: true });
    const before = new Date();
    const { code, output } = await run(node, [join(root, 'tools', 'build', 'src', 'main.ts')], { cwd: root, env });
    if (code !== 0) throw new SetupFault(`the command line could not be built (exit ${code})\n${output.trim()}`);
    log(`built the command line in ${seconds(started)}`);
    const launch = join(root, '.forge', 'launch');
    const fresh = `${launch}.${process.pid}`;
    await writeFile(fresh, `${withinRoot(root, node)}\n`);
    await utimes(fresh, before, before);
    await rename(fresh, launch);
  });
}

/** @param {World} world @param {string} pnpm */
async function install({ root, env, log }, pnpm) {
  const started = performance.now();
  log('installing the locked dependencies');
  const { code, output } = await run(pnpm, ['install', '--frozen-lockfile', '--reporter=append-only'], {
    cwd: root,
    env,
  });
  if (code !== 0) {
    throw new SetupFault(
      `pnpm could not install the dependencies (exit ${code})\n${output.trim()}`,
      'Every package is fetched from the npm registry; check that it can be reached: npm ping',
    );
  }
  log(`installed the dependencies in ${seconds(started)}`);
}

/** pnpm keeps a copy of the lock file it has carried out. @param {string} root */
async function installed(root) {
  const read = (/** @type {string} */ path) => readFile(join(root, path), 'utf8').catch(() => undefined);
  const wanted = await read('pnpm-lock.yaml');
  return wanted !== undefined && wanted === (await read('node_modules/.pnpm/lock.yaml'));
}

/**
 * @template T
 * @param {World} world
 * @param {(scratch: string) => Promise<T>} work
 */
async function locked({ root, log }, work) {
  const state = join(root, '.forge');
  await mkdir(state, { recursive: true }).catch((error) => {
    throw new SetupFault(`cannot write ${state}: ${error.message}`, 'Start Forge once as the owner of that folder.');
  });
  await writeFile(join(state, '.gitignore'), '*\n');
  const onWait = (/** @type {string} */ owner) => log(`waiting for the set-up that process ${owner} is doing`);
  return await withLock(join(state, 'setup.lock'), { onWait }, work);
}

/** @param {string} root @returns {Promise<import('./toolchain.mjs').Pins>} */
async function readPins(root) {
  return JSON.parse(await readFile(join(root, 'tools', 'bootstrap', 'toolchain.json'), 'utf8'));
}

/** @param {readonly string[]} folders @param {NodeJS.ProcessEnv} env */
function withFirst(folders, env) {
  const path = [...folders, env.PATH ?? ''].join(delimiter);
  return { ...env, PATH: path, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' };
}

/** A path inside the checkout is kept relative, so that the checkout may be moved. @param {string} root @param {string} path */
function withinRoot(root, path) {
  const inside = relative(root, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}
