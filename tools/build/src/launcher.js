#!/usr/bin/env node
// Runs on any Node far enough to start the command line, or to find a Node that can.
// Node's modules are asked for by name, because an import would first list all that each of them exports.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major >= 26 || (major === 24 && minor >= 15)) {
  if (isOlderThanSources(sourcesBehind(process.argv[2] ?? '--help'))) buildAgain();
  if (process.exitCode === undefined) {
    // Beside the code, not in the shared temporary folder: whoever can write the one can write the other.
    process.getBuiltinModule('node:module').enableCompileCache(pathTo('.compiled'));
    await import('./main.js');
  }
} else {
  const { runWithPinnedNode } = await import('./bootstrap/pinned-node.mjs');
  const { fileURLToPath } = await import('node:url');
  process.exitCode = await runWithPinnedNode(fileURLToPath(import.meta.url));
}

/** @param {string} path */
function pathTo(path) {
  return process.getBuiltinModule('node:url').fileURLToPath(new URL(path, import.meta.url));
}

/**
 * The sources that what was asked for can depend on: to compare them takes a while, and some answers should come at once.
 *
 * @param {string} asked
 */
function sourcesBehind(asked) {
  if (['--version', '-V'].includes(asked)) return undefined;
  return ['--help', '-h'].includes(asked) ? 'apps/cli/' : '';
}

/**
 * Only a checkout lists what its bundle was made of; an installed Forge is what it is.
 *
 * @param {string | undefined} folder
 */
function isOlderThanSources(folder) {
  const { readFileSync, statSync } = process.getBuiltinModule('node:fs');
  const list = pathTo('.inputs');
  const built = folder === undefined ? undefined : statSync(list, { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) return false;
  const root = pathTo('../../../');
  const paths = readFileSync(list, 'utf8').split('\n');
  const changed = (path) => (statSync(root + path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > built;
  return paths.some((path) => path.startsWith(folder) && changed(path));
}

/** In a process of its own, because it may have to install first. What is wrong with a build is told by the build. */
function buildAgain() {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const bootstrap = pathTo('../../../tools/bootstrap.mjs');
  const { status } = spawnSync(process.execPath, [bootstrap, 'launch'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exitCode = status ?? 7;
}
