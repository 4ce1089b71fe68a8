import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { orchestratorMessages, workerMessages } from '../src/index.ts';

const document = readFileSync(new URL('../../../docs/worker-protocol.md', import.meta.url), 'utf8');

it('docs/worker-protocol.md has every message with who says it and whether it is answered, and no other', () => {
  const written = [...document.matchAll(/^\| `([\w.]+)` \| (\w+) \| (\w+) \|/gm)].map(([, ...cells]) =>
    cells.join(' '),
  );
  const said = new Map<string, string>();
  for (const [from, messages] of Object.entries({ worker: workerMessages, orchestrator: orchestratorMessages })) {
    for (const [method, message] of Object.entries(messages)) {
      said.set(method, `${said.has(method) ? 'both' : from} ${'result' in message ? 'yes' : 'no'}`);
    }
  }
  expect(written.sort()).toEqual([...said].map(([method, rest]) => `${method} ${rest}`).sort());
});
