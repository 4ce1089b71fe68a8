import { Duplex } from 'node:stream';
import type { Clock } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { createPeer } from '../src/peer.ts';
import { kernelMessages, pluginMessages } from '../src/plugin-messages.ts';

/** It stands still. */
const clock: Clock = { now: () => 0, sleep: () => new Promise(() => {}) };

it('gives up a side that asks, and never reads the answers', async () => {
  const line = new Duplex({ read: () => {}, write: () => {} });
  const answer = 'x'.repeat(500);
  let answered = 0;
  const peer = createPeer({
    stream: line,
    clock,
    incoming: pluginMessages,
    outgoing: kernelMessages,
    bounds: { messageBytes: 1_000, perSecond: 1_000 },
    handlers: {
      use: () => {
        answered += 1;
        return answer;
      },
      'execution.line': () => undefined,
      heartbeat: () => undefined,
    },
  });
  for (let id = 1; id <= 100; id += 1) {
    const params = { id: 0, path: 'skills.read', args: [] };
    line.push(Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'use', params })}\n`));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await peer.lost).details.why).toBe('it does not read what is said to it');
  expect(answered).toBeLessThan(20);
});
