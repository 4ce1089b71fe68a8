import { mkdtempSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenAgent, openAgent, systemClock } from '@forge/core';
import { workExecution } from '@forge/worker-protocol';
import { connectionFrom } from './connection.ts';

// The entry of a process that runs one execution: started by an executor, or in a pod.
const { stream, token } = connectionFrom(process.argv.slice(2), process.env, (fd) => new Socket({ fd }));
const closed = new Promise((resolve) => stream.once('close', resolve));
const directory = mkdtempSync(join(tmpdir(), 'forge-worker-'));
let opened: OpenAgent | undefined;

try {
  await workExecution({
    stream,
    token,
    clock: systemClock,
    loadAgent: async (place, { log, signal }) => {
      opened = await openAgent(place, { clock: systemClock, log, directory, signal });
      return opened.agent;
    },
  });
} catch (error) {
  process.stderr.write(`forge worker: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
// The execution is over, and what it came to is said: a plugin that cannot stop changes nothing of it.
await opened?.close().catch(() => undefined);
await closed;
rmSync(directory, { recursive: true, force: true });
// Whatever the agent left open must not keep the process alive.
process.stderr.write('', () => process.exit());
