#!/usr/bin/env node
// Runs on any Node far enough to start the command line, or to find a Node that can.
import { readFileSync, statSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major >= 26 || (major === 24 && minor >= 15)) {
  // Nothing that an edit could change is in a version, and it should come at once.
  if (!['--version', '-V'].includes(process.argv[2] ?? '') && isOlderThanSources()) await buildAgain();
  // Beside the code, not in the shared temporary folder: whoever can write the one can write the other.
  module.enableCompileCache(fileURLToPath(new URL('.compiled', import.meta.url)));
  if (process.exitCode === undefined) await import('./main.js');
} else {
  const { runWithPinnedNode } = await import('./bootstrap/pinned-node.mjs');
  process.exitCode = await runWithPinnedNode(fileURLToPath(import.meta.url));
}

/** Only a checkout lists what its bundle was made of; an installed Forge is what it is. */
function isOlderThanSources() {
  const list = new URL('.inputs', import.meta.url);
  const root = new URL('../../../', import.meta.url);
  try {
    const built = statSync(list).mtimeMs;
    const folder = fileURLToPath(root);
    return readFileSync(list, 'utf8')
      .split('\n')
      .some((path) => (statSync(folder + path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > built);
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/** In a process of its own, because it may have to install first. What is wrong with a build is told by the build. */
async function buildAgain() {
  const { spawnSync } = await import('node:child_process');
  const bootstrap = fileURLToPath(new URL('../../../tools/bootstrap.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [bootstrap, 'launch'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exitCode = status ?? 7;
}
