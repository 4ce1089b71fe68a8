import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { median, type Bench } from '../bench.ts';
import { realRepository, startQuietServer } from '../subjects/quiet-server.ts';

const load = fileURLToPath(new URL('../subjects/http-load.ts', import.meta.url));
const runId = '01KBENCH000000000000000000';

interface Figures {
  readonly perSecond: number;
  readonly p99: number;
}

/** `GET /api/runs/:id` of the real server, beside a Hono app that answers the same bytes and does nothing else. */
export const http: Bench = async ({ short }) => {
  const [rounds, requests] = short ? [1, 500] : [5, 20_000];
  const server = await startQuietServer(async (folder, flags, state) => {
    const forge = await realRepository(folder, flags, state);
    const run = { id: runId, task: 'Bench', repository: folder, branch: 'forge/bench', createdAt: 1 };
    await (await forge.store()).createRun(run);
    return forge;
  });
  const url = `${server.url}/api/runs/${runId}`;
  const body: unknown = await (await fetch(url, { headers: { authorization: `Bearer ${server.token}` } })).json();
  const bare = createAdaptorServer({ fetch: new Hono().get('/api/runs/:id', (context) => context.json(body)).fetch });
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
  const { port } = bare.address() as { port: number };
  const figures: Record<'forge' | 'bare', Figures[]> = { forge: [], bare: [] };
  for (let round = -1; round < rounds; round += 1) {
    const forge = await measure(url, server.token, requests);
    const hono = await measure(`http://127.0.0.1:${port}/api/runs/${runId}`, '', requests);
    if (round < 0) continue;
    figures.forge.push(forge);
    figures.bare.push(hono);
  }
  bare.close();
  await server.close();
  const of = (name: keyof typeof figures, key: keyof Figures) => median(figures[name].map((one) => one[key]));
  const [own, other] = [of('forge', 'perSecond'), of('bare', 'perSecond')];
  const beside = `${own.toFixed(0)} beside ${other.toFixed(0)} a second of bare Hono, 32 connections`;
  return [
    {
      what: '`GET /api/runs/:id`, requests a second',
      value: (own / other) * 100,
      unit: '%',
      atLeast: 60,
      detail: beside,
    },
    {
      what: '`GET /api/runs/:id` p99',
      value: of('forge', 'p99'),
      unit: 'ms',
      detail: `${of('bare', 'p99').toFixed(1)} ms of bare Hono`,
    },
  ];
};

async function measure(url: string, token: string, requests: number): Promise<Figures> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    load,
    '--url',
    url,
    '--token',
    token,
    '--requests',
    String(requests),
  ]);
  return JSON.parse(stdout) as Figures;
}
