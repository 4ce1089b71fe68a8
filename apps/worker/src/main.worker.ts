import { mkdtempSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAgent, systemClock } from '@forge/core';
import { workExecution } from '@forge/worker-protocol';
import { connectionFrom } from './connection.ts';

// The entry of a process that runs one execution: started by an executor, or in a pod.
const { stream, token } = connectionFrom(process.argv.slice(2), process.env, (fd) => new Socket({ fd }));
const directory = mkdtempSync(join(tmpdir(), 'forge-worker-'));

function end(code: number): void {
  rmSync(directory, { recursive: true, force: true });
  process.exit(code);
}

try {
  await workExecution({
    stream,
    token,
    clock: systemClock,
    loadAgent: async (place, { log, signal }) =>
      (await openAgent(place, { clock: systemClock, log, directory, signal })).agent,
  });
  stream.once('close', () => end(0));
} catch (error) {
  process.stderr.write(`forge worker: ${error instanceof Error ? error.message : String(error)}\n`, () => end(1));
}
