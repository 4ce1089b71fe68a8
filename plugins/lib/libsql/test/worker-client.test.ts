import { describe, expect, test } from 'vitest';
import type { WorkerSettings } from '../src/protocol.ts';
import { WorkerClient } from '../src/worker-client.ts';

const settings = (file: string): WorkerSettings => ({
  file,
  readOnly: false,
  mustExist: false,
  busyTimeoutMs: 10,
  synchronous: 'NORMAL',
  migrations: [],
});

describe.each(['/throws', '/exits'])('a thread that %s', (file) => {
  test('rejects what is pending and what comes later, and can still be closed', async () => {
    const client = new WorkerClient(settings(file), new URL('./crashing.worker.ts', import.meta.url));
    await client.start();
    const crashed = { code: 'STORE_CRASHED', details: { where: file } };
    const pending = [client.send({ kind: 'write', statements: [] }), client.send({ kind: 'write', statements: [] })];
    for (const one of pending) await expect(one).rejects.toMatchObject(crashed);
    await expect(client.send({ kind: 'write', statements: [] })).rejects.toMatchObject(crashed);
    await client.close();
  });
});

test('a thread that cannot be started is a crash', async () => {
  const client = new WorkerClient(settings('/missing'), new URL('./missing.worker.ts', import.meta.url));
  await expect(client.start()).rejects.toMatchObject({ code: 'STORE_CRASHED', cause: expect.any(Error) });
  await client.close();
});
