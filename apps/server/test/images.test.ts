import { expect, onTestFinished, test, vi } from 'vitest';
import { startWorld } from './support/real-server.ts';

vi.setConfig({ testTimeout: 120_000 });

test('an image of a request is served as what it is, and no other blob is', async () => {
  const { client, ask, openRepository } = await startWorld();
  const { id: runId } = await client.runs.start({ task: 'Write a greeting' });
  await client.runs.follow(runId, { onEvent: () => {} });
  const forge = await openRepository();
  onTestFinished(() => forge.close());
  const store = await forge.store();
  const bytes = Buffer.from('GIF89a and so on');
  const [imageBlob, secret] = await Promise.all([store.putBlob(bytes), store.putBlob(Buffer.from('not shown'))]);
  const lease = await store.acquireLease(runId, {
    owner: { id: 'test', host: 'here', pid: 1 },
    ttlMs: 60_000,
    now: Date.now(),
  });
  await store.openRequest(lease, {
    id: 'Q1',
    runId,
    kind: 'question',
    title: 'Like this?',
    body: '',
    options: [],
    images: [{ imageBlob, mediaType: 'image/gif', bytes: bytes.length, alt: 'a page' }],
    reason: 'clarification',
    subjectHash: 'abc',
    createdAt: 1,
  });
  const response = await ask(`/api/requests/Q1/image?hash=${imageBlob}`);
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'image/gif',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  });
  expect(Buffer.from(await client.requests.image('Q1', imageBlob)).equals(bytes)).toBe(true);
  await expect(client.requests.image('Q1', secret)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
});
