import { startReceiver, type Receiver } from '@forge/testkit/contracts';
import { startModelServer } from '@forge/testkit/model-server';
import type { ForgeEvent } from '@forge/plugin-api';
import { Webhook } from 'standardwebhooks';
import { expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { sampleRepository } from './sample-repository.ts';
import { changes, pipelineScript } from './scripts.ts';

const key = 'whsec_Zm9yZ2UtZTJlLWNhbmFyeS1rZXktMDEyMzQ1Njc4OQ==';
const token = 'e2e-canary-token-0123456789';

async function receiver(...given: Parameters<typeof startReceiver>): Promise<Receiver> {
  const started = await startReceiver(...given);
  onTestFinished(() => started.close());
  return started;
}

/** A repository whose configuration holds these webhooks, and Forge in it, with a model that answers once it may. */
async function slowPlace(webhooks: string) {
  const mayAnswer = Promise.withResolvers<void>();
  const script = pipelineScript(changes.node);
  const server = await startModelServer({
    script: async (request, index) => mayAnswer.promise.then(() => script(request, index)),
  });
  onTestFinished(() => server.close());
  const repository = sampleRepository('node');
  repository.write('forge.config.mjs', `export default { webhooks: ${webhooks} };\n`);
  repository.git('add', '.');
  repository.git('commit', '-qm', 'chore: configure');
  const env = { HOOK_KEY: key, HOOK_TOKEN: token };
  const forge = createForge({ cwd: repository.path, modelUrl: server.url, env, quickTests: true });
  return { repository, forge, letAnswer: () => mayAnswer.resolve() };
}

async function place(webhooks: string) {
  const made = await slowPlace(webhooks);
  made.letAnswer();
  return made;
}

const bodies = ({ requests }: Receiver) => requests.map(({ body }) => JSON.parse(body) as ForgeEvent);
/** By webhook, as `forge webhook list --json` has them. */
function countsIn(objects: readonly Record<string, unknown>[]): Record<string, unknown> {
  const webhooks = objects.filter(({ type }) => type === 'webhook');
  return Object.fromEntries(webhooks.map(({ id, counts }) => [id, counts]));
}

const run = ['run', 'Add the area of a triangle', '--yes', '--json', '--trust'];

it('tells webhooks of a run what they want to know, signed, as their transforms say', async () => {
  const [all, words] = [await receiver({ status: 200 }), await receiver({ status: 204 })];
  const { forge } = await place(`[
    { name: 'all', events: ['run.*', 'phase.completed'], url: '${all.url}/hook', allowPrivate: true,
      secret: { env: 'HOOK_KEY' }, headers: { authorization: { env: 'HOOK_TOKEN' } } },
    { name: 'words', events: ['run.completed'], url: '${words.url}/code', allowPrivate: true,
      transform: (event) => ({ text: 'Forge run completed: ' + event.payload.summary }) },
    { name: 'expression', events: ['run.*'], url: '${words.url}/expression', allowPrivate: true,
      transform: "type == 'run.started' && { text: payload.requirement.task } || null" },
  ]`);
  const { code, stdout, stderr, events } = await forge.run(...run);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const wanted = events.filter(({ type }) => type.startsWith('run.') || type === 'phase.completed');
  expect(bodies(all)).toEqual(wanted);
  expect(wanted.length).toBe(7);
  for (const { body, headers } of all.requests) {
    expect(new Webhook(key).verify(body, headers as Record<string, string>)).toEqual(JSON.parse(body));
    expect(headers.authorization).toBe(token);
  }
  const told = words.requests.map(({ path, body }) => [path, JSON.parse(body)] as const);
  expect(told.toSorted(([one], [other]) => (one < other ? -1 : 1))).toEqual([
    ['/code', { text: expect.stringMatching(/^Forge run completed: ./) }],
    ['/expression', { text: 'Add the area of a triangle' }],
  ]);
  const listed = await forge.run('webhook', 'list', '--json', '--trust');
  expect(countsIn(listed.objects)).toEqual({
    all: { pending: 0, delivered: 7, dead: 0 },
    expression: { pending: 0, delivered: 2, dead: 0 },
    words: { pending: 0, delivered: 1, dead: 0 },
  });
  const shown = await forge.run('config', 'show', 'webhooks', '--json');
  for (const text of [stdout, stderr, listed.stdout, shown.stdout]) expect(text).not.toMatch(/e2e-canary|\/hook/);
});

it('of a fork only what happens in it is told', async () => {
  const hook = await receiver({ status: 200 });
  const { forge } = await place(`[{ name: 'all', events: ['*'], url: '${hook.url}', allowPrivate: true }]`);
  const source = await forge.run(...run);
  expect(source.code, source.stderr).toBe(0);
  const before = hook.requests.length;
  const [first] = source.events;
  const at = source.events.findLast(({ type }) => type === 'tests.ran')?.seq ?? 0;
  const fork = await forge.run('fork', first?.traceId ?? '', '--at', String(at), '--yes', '--json', '--trust');
  expect(fork.code, fork.stderr).toBe(0);
  const told = bodies(hook).slice(before);
  const own = fork.events.filter(({ inherited }) => inherited === undefined);
  expect(told.map(({ seq }) => seq).toSorted((one, other) => one - other)).toEqual(own.map(({ seq }) => seq));
  expect(told[0]).toMatchObject({ type: 'run.started', traceId: fork.events[0]?.traceId });
  expect(fork.events.filter(({ inherited }) => inherited === true).map(({ type }) => type)).toContain('plan.created');
  expect((await forge.run('verify', '--json', '--trust')).code).toBe(0);
});

it('a run neither waits for webhooks nor fails with them, and what is left is delivered later', async () => {
  let works = false;
  const silent = await receiver('silent');
  const broken = await receiver(() => ({ status: works ? 200 : 503 }));
  const { forge } = await place(`[
    { name: 'silent', events: ['*'], url: '${silent.url}', allowPrivate: true },
    { name: 'broken', events: ['run.*'], url: '${broken.url}', allowPrivate: true },
    { name: 'private', events: ['run.started'], url: '${broken.url}/metadata' },
    { name: 'endless', events: ['run.started'], url: '${broken.url}/endless', allowPrivate: true,
      transform: () => { for (;;); } },
  ]`);
  const ended = await forge.run(...run);
  expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 0 });
  expect(ended.stderr.match(/Webhook private was not told something/g)).toHaveLength(1);
  const names = broken.requests.map(({ path }) => path);
  expect(new Set(names)).toEqual(new Set(['/']));
  const dead = await forge.run('webhook', 'show', 'private', '--dead', '--json', '--trust');
  expect(dead.objects).toContainEqual(
    expect.objectContaining({ state: 'dead', outcome: expect.stringContaining('may not be sent to 127.0.0.1') }),
  );

  works = true;
  await expect
    .poll(
      async () => {
        await forge.run('webhook', 'deliver', '--trust');
        return broken.requests.length === 0 ? 0 : new Set(bodies(broken).map(({ id }) => id)).size;
      },
      { timeout: 60_000, interval: 200 },
    )
    .toBe(ended.events.filter(({ type }) => type.startsWith('run.')).length);
  const endless = await forge.run('webhook', 'show', 'endless', '--json', '--trust');
  expect(endless.objects).toContainEqual(
    expect.objectContaining({ state: 'dead', outcome: expect.stringContaining('did not end within 5 s') }),
  );
});

it('what was kept is delivered at least once, whenever the process is killed', async () => {
  // The first requests of each process are answered only after it is dead, so that it dies in the middle of deliveries.
  let holds = true;
  const held = await receiver(() => (holds ? 'silent' : { status: 200 }));
  const { forge } = await place(
    `[{ name: 'held', events: ['run.*', 'phase.*', 'task.*'], url: '${held.url}', allowPrivate: true }]`,
  );
  const first = forge.start(...run);
  await first.event(({ type }) => type === 'task.started');
  await held.asked;
  first.kill('SIGKILL');
  await first.ended;
  holds = false;
  const second = forge.start('resume', '--yes', '--json', '--trust');
  await second.event(({ type }) => type === 'task.merged');
  second.kill('SIGKILL');
  await second.ended;
  expect((await forge.run('resume', '--yes', '--json', '--trust')).code).toBe(0);

  const [stored] = (await forge.run('runs', '--json')).objects;
  const log = (await forge.run('logs', String(stored?.['id']), '--json')).events;
  const wanted = log.filter(({ type }) => /^(run|phase|task)\./.test(type)).map(({ id }) => id);
  expect(wanted.length).toBeGreaterThan(10);
  // What a dead process had claimed is free again after half a minute.
  const answered = () => new Set(bodies(held).map(({ id }) => id));
  await expect
    .poll(
      async () => {
        await forge.run('webhook', 'deliver', '--trust');
        const list = await forge.run('webhook', 'list', '--json', '--trust');
        return countsIn(list.objects)['held'];
      },
      { timeout: 120_000, interval: 1000 },
    )
    .toEqual({ pending: 0, delivered: wanted.length, dead: 0 });
  expect(answered()).toEqual(new Set(wanted));
});

it('a run that is under way has it in its log that a webhook was switched off', async () => {
  const gone = await receiver({ status: 410 });
  const webhooks = `[{ name: 'gone', events: ['run.started'], url: '${gone.url}', allowPrivate: true }]`;
  const { forge, letAnswer } = await slowPlace(webhooks);
  const running = forge.start(...run);
  // The model is silent until then.
  await running.event(({ type }) => type === 'webhook.disabled');
  letAnswer();
  const { code, events, stderr } = await running.ended;
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(events.find(({ type }) => type === 'webhook.disabled')?.payload).toMatchObject({ webhookId: 'gone' });
  const again = await forge.run('webhook', 'deliver', '--trust');
  expect(again.stderr).toContain('Webhook gone is switched off');
});
