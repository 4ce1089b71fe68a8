import { expect, it } from 'vitest';
import { type CliEnd, runCli, startCli, temporaryFolder } from './cli-process.ts';
import { greetingScript, greetingWorld } from './scripted-run.ts';

it('one inbox behind all channels: of many that decide at once one does, and the others are told who', {
  timeout: 300_000,
}, async () => {
  const world = await greetingWorld(greetingScript());
  const env = { ...world.env, HOME: temporaryFolder() };
  const at = { cwd: world.cwd, env };
  const server = startCli(at, 'serve', '--port', '0', '--json');
  const url = await server.says(/http:[^"]+(?=")/);
  const created = await runCli(at, 'token', 'create', 'ada', '--scope', 'approve', '--json');
  const { token } = created.objects[0] as unknown as { token: string };
  const parked = await runCli(at, 'run', 'Write a greeting', '--json');
  expect(parked.code, parked.stderr).toBe(3);

  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const listed = await (await fetch(`${url}/api/requests`, { headers })).json();
  const [request] = (listed as { items: { id: string; runId: string; subjectHash: string }[] }).items;
  const { id = '', runId = '', subjectHash } = request ?? {};
  const body = JSON.stringify({ approved: true, subjectHash, resume: false });
  const overHttp = async () => {
    const response = await fetch(`${url}/api/requests/${id}/decision`, { method: 'POST', headers, body });
    return { status: response.status, text: await response.text() };
  };

  // In the terminal, in a terminal that uses the server, and over HTTP by somebody else.
  const [here, there, ...others] = await Promise.all([
    runCli(at, 'approve', id),
    runCli(at, '--server', url, 'approve', id),
    overHttp(),
    overHttp(),
  ]);
  const commands: readonly CliEnd[] = [here, there];
  const won = [...commands.filter(({ code }) => code === 0), ...others.filter(({ status }) => status === 200)];
  expect(won).toHaveLength(1);
  const decided = (await (await fetch(`${url}/api/requests/${id}`, { headers })).json()) as {
    decision: { by: string; channel: string };
  };
  const told = `was decided by ${decided.decision.by}`;
  for (const { code, stderr } of commands)
    if (code !== 0) expect([code, stderr]).toEqual([8, expect.stringContaining(told)]);
  for (const { status, text } of others)
    if (status !== 200) expect([status, text]).toEqual([409, expect.stringContaining(told)]);

  const resumed = await runCli(at, 'resume', runId);
  expect(resumed.code, resumed.stderr).toBe(0);
  const log = await runCli(at, 'logs', runId, '--json');
  expect(log.objects.filter(({ type }) => type === 'request.decided')).toMatchObject([
    { payload: { decision: decided.decision } },
  ]);
  server.kill('SIGINT');
  expect((await server.ended).code).toBe(0);
});
