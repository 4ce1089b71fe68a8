// @ts-check
// Sets Forge up from nothing but Node 18, npm and tar, then gets out of the way. No dependencies: it runs before any are there.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupFault } from './bootstrap/fault.mjs';
import { handOver } from './bootstrap/run.mjs';
import { prepare, prepareLaunch } from './bootstrap/setup.mjs';

const usage = `node tools/bootstrap.mjs launch              set up what ./forge needs
node tools/bootstrap.mjs exec <command> …   set up the tools, then run a command with them`;

const world = {
  root: dirname(dirname(fileURLToPath(import.meta.url))),
  env: process.env,
  log: (/** @type {string} */ line) => void process.stderr.write(`forge: ${line}\n`),
};

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const commands = {
  async launch() {
    await prepareLaunch(world);
    return 0;
  },
  async exec([command, ...args]) {
    if (command === undefined) throw new SetupFault('exec needs a command', usage);
    const { node, env } = await prepare(world);
    return await handOver(command === 'node' ? node : command, args, { cwd: process.cwd(), env });
  },
};

const [name = '', ...rest] = process.argv.slice(2);
try {
  const command = commands[name];
  if (command === undefined) throw new SetupFault(`unknown set-up command "${name}"`, usage);
  process.exitCode = await command(rest);
} catch (error) {
  if (!(error instanceof SetupFault)) throw error;
  world.log(`set-up failed: ${error.message}${error.advice ? `\n${error.advice}` : ''}`);
  process.exitCode = 7;
}
