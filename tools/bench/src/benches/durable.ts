import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventLog, foldEvents, genesisHash, realGround } from '@forge/engine';
import type { EventTransport } from '@forge/plugin-api';
import storePlugin from '@forge/store-sqlite';
import { createPluginContext } from '@forge/testkit/fakes';
import { median, type Bench, type Row } from '../bench.ts';
import { repository, temporaryFolder } from '../places.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const bus: EventTransport = { name: 'none', publish: async () => {}, subscribe: () => () => {} };

/** What it costs that a call can be undone, and that a long run can be gone on with. */
export const durable: Bench = async ({ short }) => {
  const rows: Row[] = [];
  for (const files of short ? [5, 1_000] : [5, 20_000]) rows.push(...(await snapshots(files, short ? 3 : 15)));
  rows.push(await opening(short ? 1_000 : 10_000));
  return rows;
};

/** One file was changed since the snapshot before, as after any edit. */
async function snapshots(files: number, rounds: number): Promise<readonly Row[]> {
  const folder = repository(files);
  const env = { PATH: process.env['PATH'], HOME: temporaryFolder() };
  const workspaces = await realGround.createRunWorkspaces({
    repository: await realGround.openRepository(folder, { env }),
    runId: 'bench',
    directory: temporaryFolder(),
    branch: 'forge/bench',
    env,
    clock: { now: () => Date.now() },
  });
  const checkout = await workspaces.checkout('bench', workspaces.base.commit);
  const change = (root: string, round: number) => writeFileSync(join(root, 'package.json'), `{ "round": ${round} }\n`);
  const figures = { everything: [] as number[], one: [] as number[], git: [] as number[] };
  await checkout.snapshot('0');
  for (let round = 1; round <= rounds; round += 1) {
    change(checkout.path, round);
    figures.everything.push(await took(() => checkout.snapshot(`${round}`)));
    change(checkout.path, -round);
    figures.one.push(await took(() => checkout.snapshot(`${round}-one`, ['package.json'])));
    change(folder, round);
    figures.git.push(await took(async () => void execFileSync('git', ['add', '--all'], { cwd: folder })));
  }
  await workspaces.remove();
  const [everything, one, git] = [median(figures.everything), median(figures.one), median(figures.git)];
  const words = (ms: number) => `${ms.toFixed(1)} ms beside ${git.toFixed(1)} ms of \`git add --all\``;
  const name = files.toLocaleString('en');
  return [
    {
      what: `Snapshot before a command, ${name} files`,
      value: everything / git,
      unit: 'x',
      limit: 3,
      detail: words(everything),
    },
    { what: `Snapshot before a write, ${name} files`, value: one / git, unit: 'x', limit: 1, detail: words(one) },
  ];
}

/** From the store, without a checkpoint. */
async function opening(total: number): Promise<Row> {
  const { stores = [] } = await storePlugin.setup(createPluginContext({ stateDirectory: temporaryFolder() }));
  const [store] = stores;
  if (store === undefined) throw new Error('the plugin gives no store');
  const runId = 'bench';
  await store.createRun({ id: runId, task: 'bench', repository: '/', branch: 'bench', createdAt: 1 });
  const owner = { id: 'bench', host: 'bench', pid: process.pid };
  const lease = await store.acquireLease(runId, { owner, ttlMs: 1e9, now: 1 });
  let id = 0;
  const world = { clock: { now: () => Date.now() }, newId: () => String((id += 1)), mask: (text: string) => text };
  const log = new EventLog({ store, bus, ...world, log: silent, crashPoint() {} }, () => lease, {
    seq: 0,
    hash: genesisHash(runId),
  });
  const meta = { source: 'bench', phase: 'implementation', executionId: 'implementation/bench/1' };
  const text = 'x'.repeat(400);
  // Four events a turn: a call of the model and one of a tool.
  for (let ordinal = 1; log.head.seq < total; ordinal += 2) {
    const key = `bench/${ordinal}`;
    const call = { provider: 'bench', model: 'bench', reservedTokens: 10 };
    await Promise.all([
      log.emit('llm.requested', { ordinal, requestHash: key, ...call }, meta),
      log.emit('llm.responded', { ordinal, response: { text }, estimated: false }, meta),
      log.emit(
        'tool.intent',
        {
          ordinal: ordinal + 1,
          tool: 'shell',
          input: {},
          inputHash: key,
          effect: 'workspace',
          idempotencyKey: key,
          description: text,
        },
        meta,
      ),
      log.emit('tool.result', { ordinal: ordinal + 1, tool: 'shell', ok: true, text }, meta),
    ]);
  }
  const milliseconds = await took(async () => void foldEvents(await store.readEvents(runId)));
  await store.close?.();
  const events = log.head.seq.toLocaleString('en');
  return {
    what: `Opening a run of ${events} events`,
    value: milliseconds,
    unit: 'ms',
    limit: 2_000,
    detail: 'read from the store and folded, without a checkpoint',
  };
}

async function took(act: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}
