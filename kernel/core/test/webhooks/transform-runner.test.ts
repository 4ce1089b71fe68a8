import type { ForgeEvent } from '@forge/plugin-api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hashCode } from '../../src/trust/content-hash.ts';
import { createTransformRunner } from '../../src/webhooks/transform-runner.ts';
import { systemClock } from '../../src/world/system-clock.ts';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';
import { join } from 'node:path';

const event = { type: 'run.completed', seq: 3, payload: { summary: 'done' } } as unknown as ForgeEvent;

function runner(limitMs?: number) {
  const made = createTransformRunner({
    clock: systemClock,
    cacheFolder: temporaryFolder(),
    ...(limitMs === undefined ? {} : { limitMs }),
  });
  onTestFinished(() => made.close());
  return made;
}

/** A configuration whose transforms these are. */
function placeOf(...transforms: string[]) {
  const folder = temporaryFolder({
    'helper.ts': 'export enum Word { Done = "finished" }',
    'forge.config.ts': `import { Word } from './helper.ts';
export default { webhooks: [${transforms.map((transform) => `{ transform: ${transform} }`).join(', ')}] };
void Word;`,
  });
  const file = join(folder, 'forge.config.ts');
  return (index = 0) => ({ file, hash: hashCode(file), index });
}

async function faultOf(transform: string, limitMs?: number) {
  const error: unknown = await runner(limitMs)
    .run(placeOf(transform)(), event)
    .catch((found: unknown) => found);
  return error as { code: string; details: { why: string } };
}

describe('a transform of the configuration', () => {
  test('is run where it stands, with what its file imports', async () => {
    const place = placeOf('() => undefined', '(event) => ({ text: `${Word.Done}: ${event.payload.summary}` })');
    expect(await runner().run(place(1), event)).toEqual({ text: 'finished: done' });
  });

  test('may leave an event out, and may take its time', async () => {
    const place = placeOf('() => undefined', 'async ({ seq }) => [seq]');
    const transforms = runner();
    expect(await Promise.all([transforms.run(place(0), event), transforms.run(place(1), event)])).toEqual([
      undefined,
      [3],
    ]);
  });

  test.each([
    ['throws', "() => { throw new Error('no such field'); }", 'no such field'],
    ['gives what is no JSON', '() => { const a = {}; a.a = a; return a; }', 'circular'],
    ['is not there', 'undefined', 'another configuration'],
  ])('that %s says so', async (_, transform, why) => {
    const { code, details } = await faultOf(transform);
    expect([code, details.why]).toEqual(['WEBHOOK_TRANSFORM', expect.stringContaining(why)]);
  });

  test.each([
    ['never ends', '() => { for (;;); }', 'did not end within'],
    ['waits for ever', '() => new Promise(() => {})', 'did not end within'],
    ['ends the process', '() => process.exit(0)', 'ended the thread'],
    ['takes all memory', '() => { const all = []; for (;;) all.push(new Array(1e6).fill(Math.random())); }', 'memory'],
  ])(
    'that %s is ended, and the next one works',
    async (_, transform, why) => {
      const place = placeOf(transform, '() => 1');
      const transforms = runner(why === 'memory' ? 60_000 : 300);
      await expect(transforms.run(place(0), event)).rejects.toMatchObject({
        code: 'WEBHOOK_TRANSFORM',
        details: { why: expect.stringContaining(why) },
      });
      expect(await transforms.run(place(1), event)).toBe(1);
    },
    90_000,
  );

  test.each([
    ['never ends', '() => { for (;;); }'],
    ['ends the process', '() => process.exit(0)'],
  ])('that %s takes no other along', async (_, transform) => {
    const place = placeOf(transform, '(event) => event.seq');
    const transforms = runner(1_000);
    const asked = [1, 0, 1, 1].map((index) => transforms.run(place(index), event));
    const [before, bad, ...after] = await Promise.allSettled(asked);
    expect(bad?.status).toBe('rejected');
    for (const good of [before, ...after]) expect(good).toEqual({ status: 'fulfilled', value: 3 });
  });

  test('that is another one by now is not run', async () => {
    const place = placeOf('() => 1')();
    writeFiles(join(place.file, '..'), { 'helper.ts': 'export enum Word { Done = "changed" }' });
    await expect(runner().run(place, event)).rejects.toMatchObject({
      details: { why: expect.stringContaining('has changed since') },
    });
  });
});

describe('an expression', () => {
  test.each([
    ["{ text: join('', ['Done: ', payload.summary]), seq: seq }", { text: 'Done: done', seq: 3 }],
    ['payload.nothing', undefined],
    ["type == 'run.failed' && payload || `null`", undefined],
  ])('%s', async (expression, expected) => {
    expect(await runner().run({ expression }, event)).toEqual(expected);
  });
});
