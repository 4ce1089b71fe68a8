#!/usr/bin/env node
// Runs on any Node far enough to start the command line, or to find a Node that can.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major >= 26 || (major === 24 && minor >= 15)) {
  // Beside the code, not in the shared temporary folder: whoever can write the one can write the other.
  module.enableCompileCache(fileURLToPath(new URL('.compiled', import.meta.url)));
  await import('./main.js');
} else {
  const { runWithPinnedNode } = await import('./bootstrap/pinned-node.mjs');
  process.exitCode = await runWithPinnedNode(fileURLToPath(import.meta.url));
}
