// @ts-check
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, relative } from 'node:path';
import { SetupFault } from './fault.mjs';
import { satisfies, thisMachine } from './platform.mjs';
import { run } from './run.mjs';
import { inStateFolder } from './state-folder.mjs';
import { fetchTools, pinnedTool, seconds } from './toolchain.mjs';

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
  const pins = await readPins();
  const where = { folder: join(root, '.forge', 'toolchain'), machine: thisMachine() };
  const pnpm = pinnedTool(pins, 'pnpm', where);
  const node = satisfies(process.versions.node, pins.node.accepts) ? undefined : pinnedTool(pins, 'node', where);
  const nodePath = node?.binary ?? process.execPath;
  const folders = [join(root, 'node_modules', '.bin'), dirname(nodePath), dirname(pnpm.binary)];
  const ready = { node: nodePath, env: withFirst(folders, env) };
  const needed = node === undefined ? [pnpm] : [node, pnpm];
  const complete = async () => needed.every((tool) => existsSync(tool.binary)) && (await installed(root));
  if (await complete()) return ready;
  await inStateFolder(join(root, '.forge'), log, async (scratch) => {
    if (await complete()) return;
    await fetchTools(needed, { scratch, env, log });
    if (!(await installed(root))) await install({ ...world, env: ready.env }, pnpm.binary);
  });
  return ready;
}

/**
 * Afterwards the command line's bundle is built from the sources as they are, and `.forge/launch` names the Node that
 * runs it.
 *
 * @param {World} world
 */
export async function prepareLaunch(world) {
  const { root, log } = world;
  const { node, env } = await prepare(world);
  await inStateFolder(join(root, '.forge'), log, async (scratch) => {
    const started = performance.now();
    const { code, output } = await run(node, [join(root, 'tools', 'build', 'src', 'main.ts')], { cwd: root, env });
    if (code !== 0) throw new SetupFault(`the command line could not be built (exit ${code})\n${output.trim()}`);
    log(`built the command line in ${seconds(started)}`);
    await writeFile(join(scratch, 'launch'), `${withinRoot(root, node)}\n`);
    await rename(join(scratch, 'launch'), join(root, '.forge', 'launch'));
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

/** @returns {Promise<import('./toolchain.mjs').Pins>} */
async function readPins() {
  return JSON.parse(await readFile(new URL('toolchain.json', import.meta.url), 'utf8'));
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
