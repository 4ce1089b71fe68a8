import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createSqliteStore } from '../src/sqlite-store.ts';

const program = fileURLToPath(new URL('./appending-child.ts', import.meta.url));

/** Kills the child once it has acknowledged that many appends; resolves with the last it could tell of. */
async function appendUntilKilled(folder: string, enough: number): Promise<number> {
  const args = ['--conditions=@forge/source', '--no-warnings', program, folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === enough) child.kill('SIGKILL');
  }
  // The last line may have been cut by the kill.
  return Number(lines.at(-2));
}

test('kill -9 while appending: nothing acknowledged is lost, and head, log and outbox agree', {
  timeout: 60_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'forge-store-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const store = createSqliteStore({ directory, newId: () => 'id' });
  onTestFinished(() => store.close());
  await store.createRun({ id: 'r1', task: 't', repository: '/r', branch: 'b', createdAt: 0 });
  await store.saveWebhook({ id: 'hook', events: ['*'], source: 'configuration', createdAt: 0 });
  for (const enough of [2, 40, 150, 77]) {
    const acknowledged = await appendUntilKilled(directory, enough);
    const [run, events] = [await store.getRun('r1'), await store.readEvents('r1')];
    expect(acknowledged).toBeGreaterThan(0);
    expect(run?.lastSeq).toBeGreaterThanOrEqual(acknowledged);
    expect(run).toMatchObject({ lastSeq: events.length, lastHash: events.at(-1)?.hash, tokens: events.length });
    expect(
      events.every(
        ({ seq, previousHash }, index) => seq === index + 1 && (index === 0 || previousHash === `hash-${index}`),
      ),
    ).toBe(true);
    expect(await store.countDeliveries()).toEqual([{ webhookId: 'hook', state: 'pending', count: events.length }]);
    const left = await store.readLease('r1');
    if (left !== undefined) await store.releaseLease(left);
  }
});
