// @ts-check
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SetupFault } from './fault.mjs';
import { thisMachine } from './platform.mjs';
import { handOver } from './run.mjs';
import { inStateFolder } from './state-folder.mjs';
import { fetchTools, pinnedTool } from './toolchain.mjs';

/**
 * What an installed Forge does on a Node that is too old for it: runs itself with the pinned one, which it fetches
 * once into its own package, so that it goes when the package goes.
 *
 * @param {string} entry the script to run with the arguments of this process
 * @returns {Promise<number>} its exit code, or 7 when there is no Node to run it
 */
export async function runWithPinnedNode(entry) {
  const log = (/** @type {string} */ line) => void process.stderr.write(`forge: ${line}\n`);
  const { env } = process;
  try {
    /** @type {import('./toolchain.mjs').Pins} */
    const pins = JSON.parse(await readFile(new URL('toolchain.json', import.meta.url), 'utf8'));
    const folder = fileURLToPath(new URL('../.toolchain', import.meta.url));
    const node = pinnedTool(pins, 'node', { folder, machine: thisMachine() });
    if (!existsSync(node.binary)) {
      log(`needs Node ${pins.node.accepts} and this is ${process.versions.node}, so it gets one for itself`);
      await inStateFolder(folder, log, (scratch) => fetchTools([node], { scratch, env, log }));
    }
    return await handOver(node.binary, [entry, ...process.argv.slice(2)], { cwd: process.cwd(), env });
  } catch (error) {
    if (!(error instanceof SetupFault)) throw error;
    log(`cannot start: ${error.message}${error.advice ? `\n${error.advice}` : ''}`);
    return 7;
  }
}
