import { Duplex } from 'node:stream';
import type { Clock } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { createPeer } from '../src/peer.ts';
import { kernelMessages, pluginMessages } from '../src/plugin-messages.ts';

/** It stands still. */
const clock: Clock = { now: () => 0, sleep: () => new Promise(() => {}) };

function forgesEnd(line: Duplex, perSecond: number, use: () => string = () => '') {
  const ignored = { 'execution.line': () => {}, 'agent.begin': () => {}, 'agent.line': () => {}, heartbeat: () => {} };
  return createPeer({
    stream: line,
    clock,
    incoming: pluginMessages,
    outgoing: kernelMessages,
    bounds: { messageBytes: 1_000, unreadBytes: 8_000, perSecond },
    handlers: { use, ...ignored },
  });
}

it('gives up a side that asks, and never reads the answers', async () => {
  const line = new Duplex({ read: () => {}, write: () => {} });
  const answer = 'x'.repeat(500);
  let answered = 0;
  const peer = forgesEnd(line, 1_000, () => {
    answered += 1;
    return answer;
  });
  for (let id = 1; id <= 100; id += 1) {
    const params = { id: 0, path: 'skills.read', args: [] };
    line.push(Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'use', params })}\n`));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await peer.lost).details.why).toBe('it does not read what is said to it');
  expect(answered).toBeLessThan(20);
});

it('counts what the other side says by itself, and not what it was asked for', async () => {
  const say = (message: object) => line.push(Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`));
  const line: Duplex = new Duplex({
    read: () => {},
    write: (text: Buffer, _encoding, done) => {
      say({ id: (JSON.parse(text.toString()) as { id: number }).id, result: {} });
      done();
    },
  });
  const peer = forgesEnd(line, 10);
  const calls = Array.from({ length: 100 }, () =>
    peer.call('call', { id: 1, contribution: 0, method: 'append', args: [] }),
  );
  expect(await Promise.all(calls)).toHaveLength(100);
  for (let count = 0; count <= 10; count += 1) say({ method: 'heartbeat' });
  expect((await peer.lost).details.why).toBe('it said more than 10 things in a second');
});
