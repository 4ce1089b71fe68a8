import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fault, startModelServer } from '@forge/testkit/model-server';
import { median, type Bench, type Row } from '../bench.ts';
import { bareLoop, forgeEntry, repository, subjectEnvironment } from '../places.ts';

/** From the start of the process to its first model request, and how large that is. */
export const firstRequest: Bench = async ({ short }) => {
  const rounds = short ? 2 : 15;
  const small = repository(5);
  const large = repository(short ? 1_000 : 10_000);
  const forgeRun = [forgeEntry, 'run', 'go', '--plan-only', '--no-input', '--progress', 'none'];
  const subjects = {
    bare: { args: [bareLoop, 'go'], cwd: small },
    small: { args: forgeRun, cwd: small },
    large: { args: forgeRun, cwd: large },
  };
  const times: Record<keyof typeof subjects, number[]> = { bare: [], small: [], large: [] };
  const bytes: Record<keyof typeof subjects, number> = { bare: 0, small: 0, large: 0 };
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, { args, cwd }] of Object.entries(subjects)) {
      const measured = await timeToFirstRequest(args, cwd);
      bytes[name as keyof typeof subjects] = measured.bytes;
      if (round >= 0) times[name as keyof typeof subjects].push(measured.ms);
    }
  }
  const bare = median(times.bare);
  const row = (what: string, own: readonly number[], limit?: number): Row => ({
    what,
    value: median(own) / bare,
    unit: 'x',
    ...(limit === undefined ? {} : { limit }),
    detail: `${median(own).toFixed(0)} ms beside ${bare.toFixed(0)} ms of a bare loop with the SDK`,
  });
  return [
    row('Start to first request, small repository', times.small, 1.8),
    row(`Start to first request, ${short ? '1,000' : '10,000'} files`, times.large),
    {
      what: 'First request, small repository',
      value: bytes.small / 1024,
      unit: 'KB',
      limit: 8,
      detail: 'body of the HTTP request, tools and prompt together',
    },
  ];
};

async function timeToFirstRequest(args: readonly string[], cwd: string): Promise<{ ms: number; bytes: number }> {
  // Refused, so that the subject ends at once.
  const server = await startModelServer({
    script: () => fault({ status: 401, body: { error: { type: 'authentication_error', message: 'enough' } } }),
  });
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...args], { cwd, env: subjectEnvironment(server.url), stdio: 'ignore' });
  const ended = once(child, 'exit');
  await Promise.race([server.waitForRequests(1), ended]);
  const ms = performance.now() - startedAt;
  await ended;
  const first = server.requests[0];
  await server.close();
  if (first === undefined) throw new Error(`no model request came: ${args.join(' ')} in ${cwd}`);
  return { ms, bytes: first.bytes };
}
