import { startReceiver } from '@forge/testkit/contracts';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type CliEnd, runCli, startCli, temporaryFolder } from './cli-process.ts';
import { greetingWorld } from './scripted-run.ts';

vi.setConfig({ testTimeout: 300_000 });

/** A server, the command line with it and without it, and somebody who is told. */
async function served() {
  let works = true;
  const receiver = await startReceiver(() => ({ status: works ? 204 : 503 }));
  onTestFinished(() => receiver.close());
  const { cwd, env: model } = await greetingWorld();
  const env = { ...model, HOME: temporaryFolder(), FORGE_SERVER__PRIVATE_WEBHOOK_HOSTS: '127.0.0.1' };
  const server = startCli({ cwd, env }, 'serve', '--port', '0', '--json');
  const url = await server.says(/http:[^"]+(?=")/);
  const here = (...args: string[]): Promise<CliEnd> => runCli({ cwd, env }, ...args);
  return {
    receiver,
    here,
    there: (...args: string[]) => here('--server', url, ...args),
    breakDown: () => {
      works = false;
    },
    mend: () => {
      works = true;
    },
  };
}

it('webhooks of a server are made, tried, looked at and removed as those here, with the same words and exit codes', async () => {
  const { receiver, here, there, breakDown, mend } = await served();
  const same = async (...args: string[]): Promise<CliEnd> => {
    const [remote, local] = [await there(...args), await here(...args)];
    expect([remote.code, remote.stdout], args.join(' ')).toEqual([local.code, local.stdout]);
    return remote;
  };
  const hook = `${receiver.url}/hook`;
  const added = await there('webhook', 'add', hook, '--event', 'run.*', '--id', 'audit', '--json');
  expect(added.objects[0], added.stderr).toMatchObject({
    type: 'webhook-added',
    webhookId: 'audit',
    events: ['run.*'],
  });
  const { secret } = added.objects[0] as { secret?: string };
  expect(secret).toMatch(/^whsec_/);
  // What signs is shown again here, where the server is, and nowhere else.
  expect((await here('webhook', 'show', 'audit', '--secret')).stdout.trim()).toBe(secret);
  const hidden = await there('webhook', 'show', 'audit', '--secret');
  expect([hidden.code, hidden.stderr]).toEqual([2, expect.stringContaining('UNSUPPORTED')]);
  for (const [args, words] of [
    [[hook, '--id', 'audit'], 'There is a webhook audit already'],
    [[hook, '--id', 'Not A Name'], 'id: expected a short name'],
    [['ftp://example.org/hook'], 'url: '],
    [[hook, '--event', 'run.*.*'], 'events.0: '],
    [[hook, '--transform', '{ text:'], 'The transform is no JMESPath expression'],
  ] as const) {
    const refused = await same('webhook', 'add', ...args);
    expect(refused, refused.stdout).toMatchObject({ code: 2, stderr: expect.stringContaining(words) });
  }

  expect((await same('webhook', 'list')).stdout).toContain('audit');
  expect((await same('webhook', 'test', 'audit')).stdout).toMatch(/^audit: /);
  expect(receiver.requests).toHaveLength(2);

  // The run is the server's: what its receiver does not take is tried again, and goes when somebody says so.
  breakDown();
  const ended = await there('run', 'Write a greeting', '--plan-only', '--quiet');
  expect(ended.code, ended.stderr).toBe(0);
  await vi.waitFor(async () => expect((await there('webhook', 'list')).stdout).toContain('2 waiting'), 60_000);
  const shown = await there('webhook', 'show', 'audit', '--json');
  const deliveries = shown.objects.filter(({ type }) => type === 'delivery').map(({ id }) => String(id));
  expect(deliveries).toHaveLength(2);
  mend();
  const replayed = await there('webhook', 'replay', ...deliveries, '--json');
  expect(replayed.objects[0], replayed.stderr).toEqual({ type: 'replay', queued: 2 });
  await vi.waitFor(
    async () => expect((await there('webhook', 'list')).stdout).toContain('2 delivered, 0 waiting'),
    60_000,
  );
  await same('webhook', 'show', 'audit');
  await same('webhook', 'deliver');
  const stray = await there('webhook', 'replay', 'nothing');
  expect([stray.code, stray.stderr]).toEqual([2, expect.stringContaining('DELIVERY_NOT_FOUND')]);

  await same('webhook', 'disable', 'audit', '--reason', 'moves on Friday');
  expect((await there('webhook', 'list')).stdout).toContain('moves on Friday');
  await same('webhook', 'enable', 'audit');
  expect((await same('webhook', 'show', 'nobody')).code).toBe(2);
  expect((await there('webhook', 'remove', 'audit')).stdout).toBe('audit is forgotten.\n');
  expect((await same('webhook', 'list')).stdout).toContain('There are no webhooks');
});
