// @ts-check
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SetupFault } from './fault.mjs';
import { packagesFor } from './platform.mjs';
import { run } from './run.mjs';

/**
 * @typedef {{ version: string, file: string, packages: Record<string, string> }} ToolPins
 * @typedef {{ node: ToolPins & { accepts: string }, pnpm: ToolPins }} Pins
 * @typedef {{ name: string, spec: string, integrity: string, member: string, home: string, binary: string }} Tool
 * @typedef {{ platform: string, arch: string, musl: boolean }} Machine
 * @typedef {(line: string) => void} Log
 */

/**
 * The pinned Node or pnpm for a machine, as it will lie in `folder`. Reads nothing from disk.
 *
 * @param {Pins} pins
 * @param {'node' | 'pnpm'} which
 * @param {{ folder: string, machine: Machine }} where
 * @returns {Tool}
 * @throws a SetupFault when the platform has no pin
 */
export function pinnedTool(pins, which, { folder, machine }) {
  const { version, file, packages } = pins[which];
  const name = packagesFor(machine)[which];
  const spec = `${name}@${version}`;
  const integrity = packages[name];
  if (integrity === undefined) {
    const pin = `add the sha512 of ${spec} to tools/bootstrap/toolchain.json.`;
    throw new SetupFault(
      `no ${which} ${version} is pinned for this platform (${name}); pinned are: ${Object.keys(packages).join(', ')}`,
      which === 'node' ? `Install Node ${pins.node.accepts} and start again, or ${pin}` : `To go on, ${pin}`,
    );
  }
  const home = join(folder, `${name.replace('/', '+')}-${version}`);
  return { name, spec, integrity, member: `package/${file}`, home, binary: join(home, file) };
}

/**
 * Fetches the tools that are not there yet. Afterwards every `binary` exists and came out of an archive whose sha512
 * is the pinned one. Two processes may do this at once: each unpacks in a folder of its own and the first rename wins.
 *
 * @param {readonly Tool[]} tools
 * @param {{ scratch: string, env: NodeJS.ProcessEnv, log: Log }} where `scratch` is on the same disk and is removed by the caller
 */
export async function fetchTools(tools, { scratch, env, log }) {
  const missing = tools.filter((tool) => !existsSync(tool.binary));
  if (missing.length === 0) return;
  const started = performance.now();
  log(`fetching ${missing.map((tool) => tool.spec).join(' and ')}`);
  const work = await mkdtemp(join(scratch, 'fetch-'));
  await download(missing, { work, env });
  for (const tool of missing) await unpack(tool, { work, env });
  log(`fetched and checked them in ${seconds(started)}`);
}

/** `npm pack` only downloads: it runs no script and uses the registry, proxy and cache that the user's npm is set to.
 * @param {readonly Tool[]} tools
 * @param {{ work: string, env: NodeJS.ProcessEnv }} where
 */
async function download(tools, { work, env }) {
  const args = ['pack', '--ignore-scripts', '--silent', ...tools.map((tool) => tool.spec)];
  const { code, output } = await run('npm', args, { cwd: work, env });
  if (code === 0) return;
  throw new SetupFault(
    `npm could not fetch ${tools.map((tool) => tool.spec).join(' and ')} (exit ${code})\n${output.trim()}`,
    'Check that the npm registry can be reached: npm ping',
  );
}

/**
 * @param {Tool} tool
 * @param {{ work: string, env: NodeJS.ProcessEnv }} where
 */
async function unpack(tool, { work, env }) {
  const archive = await archiveOf(tool, work);
  const found = `sha512-${createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')}`;
  if (found !== tool.integrity) {
    throw new SetupFault(
      `the archive of ${tool.spec} is not the pinned one\n  pinned ${tool.integrity}\n  found  ${found}`,
      'Nothing was unpacked. Someone changed either the package or the pin in tools/bootstrap/toolchain.json.',
    );
  }
  const fresh = await mkdtemp(join(work, 'unpacked-'));
  const { code, output } = await run('tar', ['-xzf', archive, '-C', fresh, tool.member], { cwd: work, env });
  if (code !== 0) throw new SetupFault(`tar could not unpack ${tool.spec} (exit ${code})\n${output.trim()}`);
  await mkdir(dirname(tool.home), { recursive: true });
  await rename(join(fresh, 'package'), tool.home).catch((error) => {
    if (existsSync(tool.binary)) return;
    throw new SetupFault(
      `cannot put ${tool.spec} into ${tool.home}: ${error.message}`,
      'Delete that folder and start again.',
    );
  });
}

/** npm names the archive after the package; the exact spelling is npm's own business.
 * @param {Tool} tool
 * @param {string} work
 */
async function archiveOf(tool, work) {
  const stem = tool.name.replace('@', '').replace('/', '-');
  const file = (await readdir(work)).find((name) => name.startsWith(stem) && name.endsWith('.tgz'));
  if (file === undefined) throw new SetupFault(`npm pack left no archive of ${tool.spec}`);
  return join(work, file);
}

/** @param {number} started */
export function seconds(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}
