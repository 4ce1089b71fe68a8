import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { answer, byTurn, startModelServer } from '@forge/testkit/model-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { sampleRepository, temporaryFolder } from './sample-repository.ts';
import { changes, pipelineScript, plan } from './scripts.ts';

const task = 'Add the area of a triangle';
const honest = pipelineScript(changes.node);
/** Two tasks that need nothing of each other. */
const sideBySide = pipelineScript(changes.node, {
  planner: byTurn([answer({ ...plan, tasks: plan.tasks.map((each) => ({ ...each, dependencies: [] })) })]),
});

describe('several processes resume one run at once', () => {
  it('gives one continuation; the others end with 8 and name its process', async () => {
    const hold = Promise.withResolvers<void>();
    onTestFinished(() => hold.resolve());
    const server = await startModelServer({ script: honest });
    onTestFinished(() => server.close());
    const repository = sampleRepository('node');
    const forge = createForge({ cwd: repository.path, modelUrl: server.url, quickTests: true });
    const first = forge.start('run', task, '--yes', '--json');
    const { traceId: runId } = await first.event(({ type }) => type === 'plan.created');
    first.kill('SIGKILL');
    const killed = await first.ended;
    const paid = server.requests.length;
    // The winner is held with its next call, so that it lives while the others try.
    server.play(async (request, index) => {
      const reply = await honest(request, index);
      return reply === undefined ? undefined : { ...reply, until: hold.promise };
    });

    const racers = [1, 2, 3].map(() => forge.start('resume', runId, '--yes', '--json'));
    const racing = racers.map(async (racer) => ({ pid: racer.pid, end: await racer.ended }));
    // The winner's call is answered only when the others have ended.
    let over = 0;
    for (const one of racing) {
      void one.then(() => {
        over += 1;
        if (over === racers.length - 1) hold.resolve();
      });
    }
    const ends = await Promise.all(racing);
    const [winner, ...winners] = ends.filter(({ end }) => end.code === 0);
    const losers = ends.filter((one) => one !== winner);
    expect(winners).toEqual([]);
    expect(losers.map(({ end }) => end.code)).toEqual([8, 8]);
    for (const { end } of losers) {
      const named = { code: 'LEASE_HELD', message: expect.stringContaining(`process ${winner?.pid} `) };
      expect(end.objects.find(({ type }) => type === 'error')).toMatchObject(named);
      expect(end.events).toEqual([]);
    }
    // What was durable when the first process died need not have been printed: the log has all, each process a part.
    const { events } = await forge.run('replay', runId, '--json');
    expect(events.filter(({ type }) => type === 'run.resumed')).toHaveLength(1);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const continued = winner?.end.events ?? [];
    expect(events.slice(0, killed.events.length)).toEqual(killed.events);
    expect(events.slice(-continued.length)).toEqual(continued);
    expect(killed.events.length + continued.length).toBeLessThanOrEqual(events.length);
    expect(
      server.requests.slice(paid).every(({ raw }, at, all) => all.findIndex((other) => other.raw === raw) === at),
    ).toBe(true);
    expect(repository.git('branch', '--list', 'forge/*', '--format=%(refname:short)').split('\n')).toHaveLength(1);
  });
});

describe('forge verify', () => {
  it('finds every event that was changed, left out, moved or added, and names the first', async () => {
    const server = await startModelServer({ script: honest });
    onTestFinished(() => server.close());
    const repository = sampleRepository('node');
    const forge = createForge({ cwd: repository.path, modelUrl: server.url, quickTests: true });
    const { code, events } = await forge.run('run', task, '--plan-only', '--json');
    expect(code).toBe(0);
    const last = events.length;
    const flip = (seq: number, from: string, to: string) => (database: DatabaseSync) =>
      database.prepare('UPDATE events SET body = replace(body, ?, ?) WHERE seq = ?').run(from, to, seq);
    const nothing = () => undefined;
    const damages: readonly {
      readonly name: string;
      readonly seq?: number;
      damage(database: DatabaseSync): unknown;
    }[] = [
      { name: 'nothing', damage: nothing },
      { name: 'a letter of the first event', seq: 1, damage: flip(1, 'triangle', 'tr1angle') },
      { name: 'a letter in the middle', seq: 5, damage: flip(5, '"type":"', '"type":"x') },
      {
        name: 'a digit of a hash',
        seq: 4,
        damage: (database) => oneCharacter(database, 4, (body) => body.lastIndexOf('"') - 1),
      },
      {
        name: 'a digit of a time',
        seq: 3,
        damage: (database) => oneCharacter(database, 3, (body) => body.indexOf('"timestamp":') + 15),
      },
      {
        name: 'a brace, so that it is no JSON',
        seq: 6,
        damage: (database) => oneCharacter(database, 6, (body) => body.length - 1),
      },
      { name: 'a letter of the last event', seq: last, damage: flip(last, 'triangle', 'tr1angle') },
      { name: 'an event less', seq: 4, damage: (database) => database.exec('DELETE FROM events WHERE seq = 4') },
      {
        name: 'the last event less',
        seq: last,
        damage: (database) => database.exec(`DELETE FROM events WHERE seq = ${last}`),
      },
      {
        name: 'two events in each other’s place',
        seq: 4,
        damage: (database) =>
          database.exec(
            'UPDATE events SET seq = -4 WHERE seq = 4; UPDATE events SET seq = 4 WHERE seq = 5; UPDATE events SET seq = 5 WHERE seq = -4',
          ),
      },
      {
        name: 'an event twice',
        seq: last + 1,
        damage: (database) =>
          database.exec(
            `INSERT INTO events (run_id, seq, body) SELECT run_id, ${last + 1}, body FROM events WHERE seq = ${last}`,
          ),
      },
    ];
    const found = await Promise.all(
      damages.map(async ({ name, damage }) => {
        const copy = temporaryFolder();
        cpSync(repository.path, copy, { recursive: true });
        const database = new DatabaseSync(join(copy, '.forge/runs.db'));
        damage(database);
        database.close();
        const end = await createForge({ cwd: copy, modelUrl: server.url }).run('verify', '--json');
        const text = end.stdout + end.stderr;
        const seq = end.objects.find(({ type }) => type === 'verified')?.['seq'] ?? /event (\d+)/.exec(text)?.[1];
        return { name, ok: end.code === 0, seq: seq === undefined ? undefined : Number(seq) };
      }),
    );
    expect(found).toEqual(damages.map(({ name, seq }) => ({ name, ok: seq === undefined, seq })));
  });
});

describe('forge replay', () => {
  it('shows parallel work again as it went, from the store and from an exported log', async () => {
    const server = await startModelServer({ script: sideBySide });
    onTestFinished(() => server.close());
    const repository = sampleRepository('node');
    const forge = createForge({ cwd: repository.path, modelUrl: server.url, quickTests: true });
    const ran = await forge.run('run', task, '--yes', '--json');
    expect(ran.code).toBe(0);
    const seqs = (type: string) => ran.events.filter((event) => event.type === type).map(({ seq }) => seq);
    expect(Math.max(...seqs('task.started'))).toBeLessThan(Math.min(...seqs('task.merged')));
    const file = join(repository.path, '.forge', 'run.jsonl');
    expect((await forge.run('export', '--output', file)).code).toBe(0);
    for (const from of [[], ['--file', file]]) {
      expect((await forge.run('replay', ...from, '--json')).events).toEqual(ran.events);
      const words = await forge.run('replay', ...from, '--progress', 'plain');
      expect(words.stderr).toContain('triangle-test: Test triangle');
      expect(words.stdout).toContain('Done in');
    }
  });
});

describe('checkpoints', () => {
  it('are kept by phase; one that is not the fold of its events is found, and the log is enough without', async () => {
    const server = await startModelServer({ script: honest });
    onTestFinished(() => server.close());
    const repository = sampleRepository('node');
    const forge = createForge({ cwd: repository.path, modelUrl: server.url, quickTests: true });
    const parked = await forge.run('run', task, '--no-input', '--json');
    expect(parked.code).toBe(3);
    const database = new DatabaseSync(join(repository.path, '.forge/runs.db'));
    onTestFinished(() => database.close());
    const phases = database.prepare('SELECT id, state FROM checkpoints ORDER BY seq').all() as Record<string, string>[];
    expect(phases.map(({ id = '' }) => id.slice(id.indexOf('/') + 1))).toEqual([
      'planning',
      'implementation',
      'review',
      'testing',
      'deployment',
    ]);

    const { id = '', state = '' } = phases.at(-1) ?? {};
    const spent = state.replace(/"tokens":\d+/, '"tokens":7777');
    database.prepare('UPDATE checkpoints SET state = ? WHERE id = ?').run(spent, id);
    const damaged = await forge.run('verify', '--json');
    expect(damaged.code).toBe(1);
    expect(damaged.objects[0]).toMatchObject({ type: 'verified', ok: false, checkpointId: id });
    // Now it names an event that is not there: it is left aside, and the log is enough.
    database.prepare('UPDATE checkpoints SET state = ? WHERE id = ?').run(spent.replace('"hash":"', '"hash":"0'), id);
    const resumed = await forge.run('resume', '--yes', '--json');
    expect(resumed.code).toBe(0);
    expect(resumed.events.some(({ type }) => type === 'llm.requested')).toBe(false);
  });
});

function oneCharacter(database: DatabaseSync, seq: number, at: (body: string) => number): void {
  const { body } = database.prepare('SELECT body FROM events WHERE seq = ?').get(seq) as { body: string };
  const index = at(body);
  const other = body[index] === '7' ? '8' : '7';
  const changed = body.slice(0, index) + other + body.slice(index + 1);
  database.prepare('UPDATE events SET body = ? WHERE seq = ?').run(changed, seq);
}
