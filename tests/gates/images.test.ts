import { defineAgent, definePlugin, type Question } from '@forge/plugin-api';
import { startTestKernel } from '@forge/testkit/test-kernel';
import { expect, onTestFinished, test } from 'vitest';

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
);
const image = { mediaType: 'image/png', data: pixel.toString('base64'), alt: 'the log-in page' } as const;

/** A run whose planner asks that, and plans nothing more than the answer. */
async function asking(question: Question) {
  const planner = defineAgent({
    id: 'asker',
    type: 'planner',
    async execute(_, ctx) {
      const { answer } = await ctx.ask(question);
      const tasks = [{ id: 'a', title: 'a', goal: answer, files: [], dependencies: [], acceptance: [] }];
      return { summary: answer, assessment: { score: 1, gaps: [] }, assumptions: [], tasks };
    },
  });
  const kernel = await startTestKernel({
    plugins: [
      {
        manifest: {
          name: 'asks',
          version: '1.0.0',
          type: 'agent',
          entry: './none.js',
          provides: { agents: ['asker'] },
        },
        definition: definePlugin({ agents: [planner] }),
      },
    ],
    config: { agents: { planner: 'asker' } },
  });
  onTestFinished(kernel.close);
  const [engine, store] = await Promise.all([kernel.forge.engine(), kernel.forge.store()]);
  const requirement = { task: 'Which?', constraints: [], acceptanceCriteria: [], images: [] };
  const { id, finished } = await engine.start({ requirement, directory: kernel.cwd, planOnly: true });
  return { engine, store, id, ...(await finished) };
}

test('a question shows images, which are blobs that stay as long as the log', async () => {
  const { engine, store, id, record } = await asking({ question: 'Like this?', images: [image] });
  expect(record.status).toBe('parked');
  const [request] = await store.listRequests({ open: true });
  expect(request?.images).toMatchObject([{ mediaType: 'image/png', bytes: pixel.length, alt: 'the log-in page' }]);
  await store.collectGarbage({ before: Number.MAX_SAFE_INTEGER });
  const bytes = await store.getBlob(request?.images?.[0]?.imageBlob ?? '');
  expect(Buffer.from(bytes).equals(pixel)).toBe(true);

  await engine.decide(request?.id ?? '', { answer: 'yes, but blue', by: 'ada', channel: 'test' });
  await (await engine.resume(id)).finished;
  const planned = (await store.readEvents(id)).find(({ type }) => type === 'plan.created');
  expect(planned?.payload).toMatchObject({ plan: { summary: 'yes, but blue' } });
});

const script = Buffer.from('<svg onload="alert(1)"/>').toString('base64');
const many = Array.from({ length: 5 }, () => image);
const large = Buffer.concat([pixel, Buffer.alloc(2 * 1024 * 1024)]).toString('base64');

test.each<[string, Question['images']]>([
  ['is none', [{ ...image, data: script }]],
  ['is of a type that can do more than be seen', [{ ...image, mediaType: 'image/svg+xml' as never, data: script }]],
  ['is too large', [{ ...image, data: large }]],
  ['is one too many', many],
])('an image is refused that %s', async (_name, images = []) => {
  const { error, store } = await asking({ question: 'Like this?', images });
  expect(error?.code).toBe('INPUT_INVALID');
  expect(await store.listRequests()).toEqual([]);
});

test('a question of another shape is refused before anybody sees it', async () => {
  const { error, store } = await asking({ question: 'Like this?', options: ['yes', 'no'] as never });
  expect(error).toMatchObject({ code: 'INPUT_INVALID' });
  expect(await store.listRequests({})).toEqual([]);
});
