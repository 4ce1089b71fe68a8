import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAllowRules, createIds, systemClock, systemRandom } from '@forge/core';
import { startServer } from '../../src/index.ts';
import { memoryRun } from './memory-run.ts';

/**
 * A server in a process of its own, so that what it holds in memory is its own: one run that has events when it is told.
 * Answers each message with what it knows then.
 */
export type CrowdMessage = { readonly emit: number } | 'end' | 'look';
export interface CrowdAnswer {
  readonly url: string;
  readonly token: string;
  readonly runId: string;
  /** Events so far. */
  readonly events: number;
  /** Bytes of buffers that something still holds. */
  readonly held: number;
}

const folder = mkdtempSync(join(tmpdir(), 'forge-crowd-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const run = memoryRun();
const newId = createIds(systemClock, systemRandom);
const none = () => {
  throw new Error('Nothing is cloned here');
};
const server = await startServer({
  stateFolder: folder,
  host: '127.0.0.1',
  port: 0,
  allowedNames: [],
  runs: 1,
  requestsPerMinute: 1e9,
  audit: { bytes: 10_000_000, days: 1 },
  repositories: [join(import.meta.dirname, '../../../..')],
  userName: 'person',
  version: '0.0.0',
  pid: process.pid,
  processStart: () => undefined,
  openRepository: run.open,
  stampOf: () => '',
  remotes: { check: none, follow: none, push: none },
  allowRules: createAllowRules(folder, { clock: systemClock, newId }),
  clock: systemClock,
  newId,
  log: { debug() {}, info() {}, warn() {}, error() {} },
  mostWaiting: 64 * 1024,
});

function answer(): void {
  global.gc?.();
  const { url, token } = server;
  const { arrayBuffers: held } = process.memoryUsage();
  process.send?.({ url, token, runId: run.id, events: run.events.length, held } satisfies CrowdAnswer);
}

process.on('message', (message: CrowdMessage) => {
  if (message === 'end') run.end();
  else if (message !== 'look') run.emit('x'.repeat(message.emit));
  answer();
});
process.on('disconnect', () => process.exit());
answer();
