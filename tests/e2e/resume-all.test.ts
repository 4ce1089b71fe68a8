import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { answer, startModelServer } from '@forge/testkit/model-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createForge, type ForgeEnd } from './forge-process.ts';
import { sampleRepository } from './sample-repository.ts';
import { changes, pipelineScript, plan } from './scripts.ts';

const question = { question: 'Which units?', why: 'two readings', options: ['metres', 'feet'], assumption: 'metres' };
const doubtful = { ...plan, assessment: { score: 0.5, gaps: ['units'] }, questions: [question] };
/** The planner asks about what is doubtful. */
const script = pipelineScript(changes.node, {
  planner: ({ messages }) =>
    answer(messages.length === 1 && (messages[0]?.text ?? '').includes('doubtful') ? doubtful : plan),
});

async function setUp() {
  const server = await startModelServer({ script });
  onTestFinished(() => server.close());
  const repository = sampleRepository('node');
  const env = { FORGE_QUESTIONS__ON_TIMEOUT: 'park' };
  const forge = createForge({ cwd: repository.path, modelUrl: server.url, env, quickTests: true });
  const database = () => {
    const opened = new DatabaseSync(join(repository.path, '.forge/runs.db'));
    onTestFinished(() => opened.close());
    return opened;
  };
  return { server, repository, forge, database };
}

const idOf = ({ events }: ForgeEnd) => events[0]?.traceId ?? '';
const typesOf = ({ events }: ForgeEnd) => events.map(({ type }) => type);

describe('a parked run', () => {
  it('costs nothing, is answered from another process and continued by a third, which pays for nothing again', async () => {
    const { server, forge, database } = await setUp();
    const parked = await forge.run('run', 'Do what is doubtful', '--yes', '--json');
    expect({ code: parked.code, last: typesOf(parked).at(-1) }).toEqual({ code: 3, last: 'run.parked' });
    const { length } = server.requests;
    expect(length).toBeGreaterThan(0);
    // Nobody holds it.
    const lease = database().prepare('SELECT lease_owner FROM runs').get();
    expect(lease).toEqual({ lease_owner: null });
    const idle = await forge.run('resume', '--all', '--json');
    expect({ code: idle.code, runs: idle.objects.at(-1)?.['runs'] }).toEqual({ code: 0, runs: 0 });

    expect((await forge.run('answer', idOf(parked), 'feet')).code).toBe(0);
    expect(server.requests).toHaveLength(length);
    const resumed = await forge.run('resume', idOf(parked), '--yes', '--json');
    expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: 0 });
    expect(server.requests[length]?.raw).toContain('feet');
    const raws = server.requests.map(({ raw }) => raw);
    expect(new Set(raws).size).toBe(raws.length);
    const decisions = resumed.events.flatMap((event) =>
      event.type === 'request.decided' ? event.payload.decision.channel : [],
    );
    expect(decisions.filter((channel) => channel === 'cli')).toHaveLength(1);
  });
});

describe('forge resume --all', () => {
  it('continues what was left, was decided, or whose time has come, and nothing else; a line each', async () => {
    const { server, forge, database } = await setUp();
    const answered = await forge.run('run', 'Do what is doubtful', '--yes', '--json');
    const waiting = await forge.run('run', 'Do what is doubtful, too', '--yes', '--json');
    const approved = await forge.run('run', 'Add the area of a triangle', '--json');
    const stopped = await forge.run('run', 'Add the area', '--yes', '--json', '--plan-only');
    const quota = await forge.run('run', 'Add a triangle', '--json');
    const running = forge.start('run', 'Add one more triangle', '--yes', '--json');
    await running.event(({ type }) => type === 'plan.created');
    running.kill('SIGKILL');
    const abandoned = await running.ended;
    expect([answered, waiting, approved, stopped, quota].map(({ code }) => code)).toEqual([3, 3, 3, 0, 3]);
    expect((await forge.run('answer', idOf(answered), '1')).code).toBe(0);
    expect((await forge.run('approve', idOf(approved))).code).toBe(0);
    // As a run that waits for its quota: one whose time has come, and one whose time has not.
    const store = database();
    store.prepare('UPDATE runs SET wake_at = ? WHERE id = ?').run(1, idOf(quota));
    store.prepare('UPDATE runs SET wake_at = ? WHERE id = ?').run(8e15, idOf(waiting));

    const looked = await forge.run('agents', '--quiet');
    expect(looked.stderr).toBe('');
    const mentioned = await forge.run('agents');
    expect(mentioned.stderr).toContain(`forge resume ${idOf(abandoned)}`);
    const { length } = server.requests;
    const all = await forge.run('resume', '--all', '--json');
    const ends = all.objects.filter(({ type }) => type === 'resumed');
    const codes = new Map(ends.map((end) => [end['runId'], end['code']]));
    // The one whose quota is back still has nobody's yes.
    expect(codes).toEqual(
      new Map([answered, approved, quota, abandoned].map((each) => [idOf(each), each === approved ? 0 : 3])),
    );
    expect(all.code).toBe(3);
    const raws = server.requests.map(({ raw }) => raw).slice(length);
    expect(new Set(raws).size).toBe(raws.length);

    for (const id of [answered, quota, abandoned].map(idOf)) expect((await forge.run('approve', id)).code).toBe(0);
    const rest = await forge.run('resume', '--all');
    expect(rest.code).toBe(0);
    expect(
      rest.stdout
        .trim()
        .split('\n')
        .map((line) => line.slice(2, 28))
        .sort(),
    ).toEqual([answered, quota, abandoned].map(idOf).sort());
    expect((await forge.run('resume', '--all', idOf(waiting))).code).toBe(2);
  });
});
