import { Socket } from 'node:net';
import { workPlugin } from '@forge/worker-protocol';
import { openPlugin } from '../open-plugin.ts';
import { systemClock } from '../world/system-clock.ts';
import { describeContributions } from './describe.ts';
import type { LentWorld } from './lent-world.ts';

// The entry of a process that runs one plugin, for the Forge that started it.

const stream = new Socket({ fd: 3 });
const everyMs = Number(process.argv[2]);
const stopping = new AbortController();

await workPlugin({
  stream,
  clock: systemClock,
  pulse: { everyMs, missed: 6 },
  async open(place, world) {
    const { interactive, ask, readTrusted, skills, mcpServers, deprecations, log } = world as LentWorld;
    const { provided, check, close } = await openPlugin(place, {
      clock: systemClock,
      log,
      directory: process.cwd(),
      signal: stopping.signal,
      interaction: { interactive, ask: (prompt) => ask(prompt) },
      readTrusted: (path) => readTrusted(path),
      skills,
      mcpServers,
      deprecations,
      stateDirectory: async () => place.stateDirectory,
    });
    type Methods = Readonly<Record<string, (...args: unknown[]) => unknown>>;
    const methods = provided.map(({ contribution }) => contribution as unknown as Methods);
    return {
      described: describeContributions(provided),
      call: (contribution, method, args) => methods[contribution]?.[method]?.(...args),
      agent: (contribution) => methods[contribution] as never,
      executor: (contribution) => methods[contribution] as never,
      check,
      async close() {
        stopping.abort(new Error('Forge is closing'));
        await close();
      },
    };
  },
});
// Whatever the plugin left open must not keep the process alive.
process.exit();
