#!/usr/bin/env node
import module from 'node:module';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major >= 26 || (major === 24 && minor >= 15)) {
  // Beside the code, not in the shared temporary folder: whoever can write the one can write the other.
  module.enableCompileCache(new URL('./.compiled/', import.meta.url).pathname);
  await import('./main.js');
} else {
  process.stderr.write(`forge: needs Node ^24.15 || >=26, this is ${process.versions.node}\n`);
  process.exitCode = 7;
}
