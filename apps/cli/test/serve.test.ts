import { answer, callTool, holdUntil } from '@forge/testkit/model-server';
import { describe, expect, it } from 'vitest';
import { type CliEnd, git, runCli, startCli, temporaryFolder } from './cli-process.ts';
import { greetingScript, greetingWorld } from './scripted-run.ts';

/** A server in a repository of its own, by a real process, and the command line that uses it. */
async function served(script = greetingScript()) {
  const world = await greetingWorld(script);
  const env = { ...world.env, HOME: temporaryFolder() };
  const start = () => startCli({ cwd: world.cwd, env }, 'serve', '--port', '0', '--json');
  const server = start();
  const url = await server.says(/http:[^"]+(?=")/);
  const forge = (...args: string[]): Promise<CliEnd> => runCli({ cwd: world.cwd, env }, ...args);
  return { ...world, modelServer: world.server, env, server, start, forge, url };
}

describe('the command line with a server, by real processes', { timeout: 300_000 }, () => {
  it('shows the same as without, with the same exit codes', async () => {
    const { cwd, forge, url, server } = await served();
    const remote = (...args: string[]): Promise<CliEnd> => forge('--server', url, ...args);
    const parked = await remote('run', 'Write a greeting', '--json');
    expect(parked.code, parked.stderr).toBe(3);
    const end = parked.objects.at(-1);
    expect(end).toMatchObject({ type: 'exit', code: 3, status: 'parked', error: { code: 'WAITING_FOR_PERSON' } });
    const runId = String(end?.['runId']);
    expect(parked.objects.slice(0, -1)).toEqual((await forge('logs', runId, '--json')).objects.slice(0, -1));

    const inbox = await remote('inbox');
    expect(inbox.stdout).toBe((await forge('inbox')).stdout);
    const [, requestId = ''] = /forge approve (\w{26})/.exec(inbox.stdout) ?? [];
    const approved = await remote('approve', requestId.slice(-8), '--resume', '--quiet');
    expect(approved.code, approved.stderr).toBe(0);
    const branch = `forge/${runId}-write-a-greeting`;
    expect(approved.stdout.trim().split('\n').at(-1)).toBe(branch);
    expect(git(cwd, 'show', `${branch}:greeting.js`)).toBe('export const greeting = "hello";');

    for (const command of [['runs'], ['show', '--diff'], ['verify'], ['automation'], ['automation', '--json']]) {
      const [there, here] = await Promise.all([remote(...command), forge(...command)]);
      expect([there.code, there.stdout], command.join(' ')).toEqual([here.code, here.stdout]);
    }
    expect((await remote('show', 'nothing')).code).toBe(2);
    server.kill('SIGINT');
    expect((await server.ended).code).toBe(0);
  });

  it('watches and stops a run of the server, which the next server goes on with', async () => {
    const released = Promise.withResolvers<void>();
    const first = callTool('fs_write', { path: 'greeting.js', content: 'export const greeting = "hello";\n' });
    const committed = answer({ summary: 'wrote it', commit: { type: 'feat', subject: 'add a greeting' } });
    const made = await served(greetingScript([holdUntil(released.promise, first), committed]));
    const running = startCli(
      { cwd: made.cwd, env: made.env },
      '--server',
      made.url,
      'run',
      'Write a greeting',
      '--yes',
    );
    await running.says('greeting: ');
    // The server owns the run, and another process looks at it through the store that both share.
    const watching = startCli({ cwd: made.cwd, env: made.env }, 'attach', '--progress', 'plain');
    await watching.says('implementation');
    // Attached, Ctrl-C stops the run and not the looking.
    watching.kill('SIGINT');
    await watching.says('stopping after this step');
    released.resolve();
    expect((await watching.ended).code).toBe(130);
    const stopped = await running.ended;
    expect(stopped.code, stopped.stderr).toBe(130);

    const resumed = startCli({ cwd: made.cwd, env: made.env }, '--server', made.url, 'resume', '--yes');
    await resumed.says(/review|testing|Done/);
    made.server.kill('SIGTERM');
    expect((await made.server.ended).code).toBe(0);
    await resumed.ended;

    const next = made.start();
    await next.says(/"url":"http:/);
    const again = await made.forge('watch');
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('Done in')]);
    next.kill('SIGINT');
    await next.ended;
  });

  it('goes on after a kill -9 of the server with what it had accepted, and pays for nothing twice', async () => {
    const held = Promise.withResolvers<void>();
    const first = callTool('fs_write', { path: 'greeting.js', content: 'export const greeting = "hello";\n' });
    const committed = answer({ summary: 'wrote it', commit: { type: 'feat', subject: 'add a greeting' } });
    const made = await served(greetingScript([holdUntil(held.promise, first), committed]));
    const running = startCli(
      { cwd: made.cwd, env: made.env },
      '--server',
      made.url,
      'run',
      'Write a greeting',
      '--yes',
    );
    // The plan is paid for, and the implementer's first words are on their way.
    await made.modelServer.waitForRequests(2);
    made.server.kill('SIGKILL');
    await made.server.ended;
    running.kill('SIGKILL');
    held.resolve();

    const next = made.start();
    await next.says(/"url":"http:/);
    const again = await made.forge('watch');
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('Done in')]);
    // A plan, the words that were cut once more, the rest of the implementer's, a review.
    expect(made.modelServer.requests).toHaveLength(5);
    next.kill('SIGINT');
    await next.ended;
  });

  it('says what is wrong with the server, the token or the command', async () => {
    const { cwd, env, forge, url } = await served();
    const [gone, odd, local, settings, foreign] = await Promise.all([
      forge('--server', 'http://127.0.0.1:9', 'runs'),
      forge('--server', 'nowhere', 'runs'),
      forge('--server', url, 'doctor'),
      runCli({ cwd, env: { ...env, FORGE_SERVER: url } }, 'config', 'show', 'server.port'),
      // Another home has no token of this server.
      runCli({ cwd, env: { ...env, HOME: temporaryFolder() } }, '--server', url, 'runs'),
    ]);
    expect([gone.code, gone.stderr]).toEqual([7, expect.stringContaining('SERVER_UNREACHABLE')]);
    expect([odd.code, odd.stderr]).toEqual([2, expect.stringContaining('nowhere is not the address of a server')]);
    expect([local.code, local.stderr]).toEqual([2, expect.stringContaining('does not work with --server')]);
    // What has no runs is about this machine, whatever the environment says of a server.
    expect([settings.code, settings.stdout], settings.stderr).toEqual([0, expect.stringContaining('server.port')]);
    expect([foreign.code, foreign.stderr]).toEqual([4, expect.stringContaining('UNAUTHENTICATED')]);
  });

  it('gives tokens that do what their scopes say, until they are revoked', async () => {
    const { cwd, env, forge, url } = await served();
    const created = await forge('token', 'create', 'ci', '--scope', 'read', '--json');
    const { token = '', id = '' } = created.objects[0] as { token?: string; id?: string };
    const other = { cwd, env: { ...env, HOME: temporaryFolder(), FORGE_TOKEN: token, FORGE_SERVER: url } };
    expect((await runCli(other, 'runs')).code).toBe(0);
    const refused = await runCli(other, 'run', 'Write a greeting', '--plan-only');
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('scope run')]);
    const listed = await forge('token', 'list');
    expect(listed.stdout).toMatch(new RegExp(`valid +${id} +ci +read`));
    expect(listed.stdout).not.toContain(token);
    expect((await forge('token', 'revoke', id.slice(0, 6))).code).toBe(0);
    expect((await runCli(other, 'runs')).code).toBe(4);
    expect((await forge('token', 'revoke', 'nothing')).code).toBe(2);

    // By its name, which the ended one had, too.
    const again = await forge('token', 'create', 'ci', '--json');
    const ended = await forge('token', 'revoke', 'ci', '--json');
    expect(ended.objects[0]).toMatchObject({ id: again.objects[0]?.['id'] });
    expect((await forge('token', 'revoke', 'ci')).code).toBe(2);
  });
});
