import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldEvents, realGround } from '@forge/engine';
import { median, type Bench, type Row } from '../bench.ts';
import { repository, temporaryFolder } from '../places.ts';
import { storedLogs } from '../stored-logs.ts';

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
  const { store, open } = await storedLogs();
  const runId = 'bench';
  const log = await open(runId);
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
