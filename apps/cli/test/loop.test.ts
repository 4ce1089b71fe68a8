import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, callTool, holdUntil } from '@forge/testkit/model-server';
import { describe, expect, it } from 'vitest';
import { type CliEnd, git, runCli, startCli } from './cli-process.ts';
import { greetingScript, greetingWorld, plan } from './scripted-run.ts';

const committed = answer({ summary: 'wrote it', commit: { type: 'feat', subject: 'add a greeting' } });

/** An implementer whose first answer comes when the test lets it. */
function slowWorld() {
  const released = Promise.withResolvers<void>();
  const first = callTool('fs_write', { path: 'greeting.js', content: 'export const greeting = "hello";\n' });
  return { release: released.resolve, script: greetingScript([holdUntil(released.promise, first), committed]) };
}

function exitOf({ objects }: CliEnd): Record<string, unknown> {
  return objects.at(-1) ?? {};
}

describe('the loop, by real processes', { timeout: 60_000 }, () => {
  it('runs, waits for approval, is approved, resumes, and can be looked at', async () => {
    const { cwd, env } = await greetingWorld();
    const forge = (...args: string[]): Promise<CliEnd> => runCli({ cwd, env }, ...args);

    const parked = await forge('run', 'Write a greeting');
    expect(parked.code, parked.stderr).toBe(3);
    expect(parked.stdout).toBe('');
    const [, runId = ''] = /run (\w{26})/.exec(parked.stderr) ?? [];
    const [, requestId] = /Yes {6}forge approve (\w{26})/.exec(parked.stderr) ?? [];
    expect(parked.stderr).toContain(`forge resume ${runId}`);

    const [, hash = ''] =
      new RegExp(`forge approve ${requestId} --hash ([0-9a-f]{12})`).exec((await forge('inbox')).stdout) ?? [];
    const other = await forge('approve', runId, '--hash', '0123456789ab');
    expect(other, other.stderr).toMatchObject({ code: 8, stderr: expect.stringContaining('is not what was shown') });
    expect((await forge('answer', runId, 'yes')).code).toBe(2);

    const approved = await forge(
      'approve',
      runId.slice(-8),
      '--hash',
      hash,
      '--reason',
      'looks right',
      '--resume',
      '--quiet',
    );
    expect(approved.code, approved.stderr).toBe(0);
    const branch = `forge/${runId}-write-a-greeting`;
    expect(approved.stdout.trim().split('\n').at(-1)).toBe(branch);
    expect(git(cwd, 'show', `${branch}:greeting.js`)).toBe('export const greeting = "hello";');
    expect((await forge('inbox')).stdout).toBe('Nothing waits for you.\n');

    const shown = await forge('show');
    expect(shown.stdout).toMatch(/✔ Done in .* · 1 file changed, \+1 −0/);
    expect(shown.stdout).toContain('looks right');
    expect((await forge('show', '--diff')).stdout).toContain('+export const greeting = "hello";');
    expect((await forge('show', '--plan')).stdout).toContain('Write greeting.js');
    expect((await forge('runs')).stdout).toMatch(new RegExp(`✔ completed +${runId} .*Write a greeting`));
    expect((await forge('logs', runId, 'greeting')).stdout).toMatch(/greeting: writing greeting\.js/);
    const unknown = await forge('logs', runId, 'nope');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/no task, agent or phase "nope"[\s\S]*tasks: greeting\n[\s\S]*phases: planning,/);
    expect((await forge('replay', '--progress', 'plain')).stderr).toContain('▶ implementation');
    expect((await forge('watch', runId)).code).toBe(0);

    const file = join(cwd, 'run.jsonl');
    expect((await forge('export', '--output', file)).code).toBe(0);
    const nowhere = await forge('export', '--output', '/nonexistent/run.jsonl');
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toContain('/nonexistent/run.jsonl could not be written');
    const exported = await forge('export');
    expect(exported.stdout).not.toContain('cli-canary');
    const verified = await forge('verify');
    expect(verified.stdout).toMatch(/✔ run \w{26}: \d+ events, none was changed/);
    expect((await forge('verify', '--file', file)).stdout).toBe(verified.stdout);
    const lines = exported.stdout.split('\n');
    const tampered = [...lines.slice(0, 4), lines[4]?.replace('"timestamp":1', '"timestamp":2'), ...lines.slice(5)];
    writeFileSync(file, tampered.join('\n'));
    const found = await forge('verify', '--file', file);
    expect(found.code).toBe(1);
    expect(found.stdout).toContain('event 5 is the first that is not as it was written');
    const whole = await forge('replay');
    const shownAgain = await forge('replay', '--file', file);
    expect([whole.code, whole.stderr]).toEqual([0, expect.not.stringContaining('as it was written')]);
    expect([shownAgain.code, shownAgain.stderr]).toEqual([0, expect.stringContaining('event 5 is not as it was')]);
  });

  it('stops at Ctrl-C after the step in flight, says how to go on, and goes on from there', async () => {
    const { release, script } = slowWorld();
    const { cwd, env, server } = await greetingWorld(script);
    const running = startCli({ cwd, env }, 'run', 'Write a greeting', '--yes');
    await server.waitForRequests(2);
    running.kill('SIGINT');
    await running.says('stopping after this step; Ctrl-C again stops now');
    release();
    const stopped = await running.ended;
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toMatch(/■ Stopped with a checkpoint[\s\S]*Next {5}forge resume \w{26}/);

    const asked = server.requests.length;
    const resumed = await runCli({ cwd, env }, 'resume', '--yes', '--json');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(exitOf(resumed)).toMatchObject({ type: 'exit', code: 0, status: 'completed' });
    // The implementer's first answer was paid for: only its second one and the review were asked for.
    expect(server.requests.length - asked).toBe(2);
  });

  it('stops at once at the second Ctrl-C, and nothing is lost', async () => {
    const { release, script } = slowWorld();
    const { cwd, env, server } = await greetingWorld(script);
    const running = startCli({ cwd, env }, 'run', 'Write a greeting', '--yes');
    await server.waitForRequests(2);
    running.kill('SIGINT');
    await running.says('stopping after this step');
    running.kill('SIGINT');
    const stopped = await running.ended;
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toContain('stopping now; nothing is deleted');
    release();
    const resumed = await runCli({ cwd, env }, 'resume', '--yes');
    expect(resumed.code, resumed.stderr).toBe(0);
  });

  it('is watched and stopped from another process', async () => {
    const { release, script } = slowWorld();
    const { cwd, env, server } = await greetingWorld(script);
    const running = startCli({ cwd, env }, 'run', 'Write a greeting', '--yes');
    await server.waitForRequests(2);
    const watching = startCli({ cwd, env }, 'watch');
    await watching.says('greeting: Write it');
    const stopping = await runCli({ cwd, env }, 'stop');
    expect(stopping.stdout).toMatch(/Run \w{26} stops after the step it is in\. Go on later: forge resume/);
    release();
    const [stopped, watched] = await Promise.all([running.ended, watching.ended]);
    expect([stopped.code, watched.code], stopped.stderr + watched.stderr).toEqual([130, 130]);
    expect(watched.stdout).toContain('■ Stopped with a checkpoint');
    expect((await runCli({ cwd, env }, 'stop')).stderr).toContain('There is no run that is running here');
    const [, runId = ''] = /forge resume (\w{26})/.exec(stopped.stderr) ?? [];
    expect((await runCli({ cwd, env }, 'stop', runId)).stdout).toContain('Nothing to stop. Go on: forge resume');
    expect((await runCli({ cwd, env }, 'discard', stopped.stderr.match(/run (\w{26})/)?.[1] ?? '')).code).toBe(0);
    expect((await runCli({ cwd, env }, 'runs')).stdout).toContain('· discarded');
  });

  it('is mentioned when its process died in the middle, and goes on', async () => {
    const { release, script } = slowWorld();
    const { cwd, env, server } = await greetingWorld(script);
    const running = startCli({ cwd, env }, 'run', 'Write a greeting', '--yes');
    await server.waitForRequests(2);
    running.kill('SIGKILL');
    await running.ended;
    release();
    const listed = await runCli({ cwd, env }, 'runs');
    expect(listed.stderr).toMatch(
      /! run \w{26} \(Write a greeting\) was left in the middle — go on: forge resume \w{26}/,
    );
    const watched = await runCli({ cwd, env }, 'watch');
    expect([watched.code, watched.stderr]).toEqual([
      3,
      expect.stringContaining('The process that worked on it has ended'),
    ]);
    expect((await runCli({ cwd, env }, 'stop')).stdout).toContain('Nobody works on run');
    const resumed = await runCli({ cwd, env }, 'resume', '--yes');
    expect(resumed.code, resumed.stderr).toBe(0);
  });

  it('plans only, and shows the plan', async () => {
    const { cwd, env } = await greetingWorld();
    const planned = await runCli({ cwd, env, stdin: 'Write a greeting\n' }, 'run', '-', '--plan-only');
    expect(planned.code, planned.stderr).toBe(0);
    expect(planned.stdout).toMatch(/✔ Done in .* · plan of 1 task/);
    expect(planned.stdout).toContain('greeting  Write it');
  });

  it('writes nothing but JSON lines with --json, the last one with the exit code', async () => {
    const { cwd, env } = await greetingWorld();
    const { code, stdout, stderr, objects } = await runCli({ cwd, env }, 'run', 'Write a greeting', '--yes', '--json');
    expect(code, stderr).toBe(0);
    expect(objects).toHaveLength(stdout.trim().split('\n').length);
    expect(objects[0]).toMatchObject({ type: 'run.started', seq: 1 });
    expect(objects.at(-1)).toMatchObject({
      type: 'exit',
      code: 0,
      status: 'completed',
      branch: expect.stringMatching(/^forge\//),
    });
    expect(objects.slice(0, -1).map(({ seq }) => seq)).toEqual(objects.slice(0, -1).map((_, index) => index + 1));
  });

  it('says what is missing when there is no model, and offers the demo', async () => {
    const { cwd } = await greetingWorld();
    const end = await runCli({ cwd }, 'run', 'Write a greeting');
    expect(end.code, end.stderr).toBe(4);
    expect(end.stderr).toMatch(/\[NO_MODEL\][\s\S]*ANTHROPIC_API_KEY[\s\S]*forge demo/);
  });

  it('parks at its budget and says how to raise it', async () => {
    const { cwd, env } = await greetingWorld();
    const end = await runCli({ cwd, env }, 'run', 'Write a greeting', '--yes', '--budget', '0.0001');
    expect(end.code, end.stderr).toBe(5);
    expect(end.stderr).toMatch(/forge resume \w{26} --budget/);
  });

  it('takes the answer to a question from another process, by number or in words', async () => {
    const doubt = {
      question: 'Which language?',
      why: 'Two are named.',
      options: ['English', 'German'],
      assumption: 'English',
    };
    const unsure = { ...plan, assessment: { score: 0.4, gaps: ['language'] }, questions: [doubt] };
    const script = greetingScript();
    const { cwd, env, server } = await greetingWorld((request, index) =>
      index === 0 ? answer(unsure) : script(request, index),
    );
    const forge = (...args: string[]): Promise<CliEnd> =>
      runCli({ cwd, env: { ...env, FORGE_QUESTIONS__ON_TIMEOUT: 'park' } }, ...args);

    const parked = await forge('run', 'Write a greeting', '--yes');
    expect(parked.code, parked.stderr).toBe(3);
    const [, requestId = ''] = /forge answer (\w{26})/.exec(parked.stderr) ?? [];
    expect((await forge('inbox')).stdout).toMatch(/\? Which language\?[\s\S]*1\) English[\s\S]*2\) German/);
    expect((await forge('approve', requestId)).stderr).toContain(`forge answer ${requestId}`);

    const refused = await forge('answer', requestId, '7');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/There is no option 7[\s\S]*2\) /);
    const answered = await forge('answer', requestId, '2');
    expect(answered, answered.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/Which language\? — German\nGo on: forge resume/),
    });
    expect((await forge('answer', requestId, '1')).code).toBe(8);
    const resumed = await forge('resume', '--yes');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(server.requests.some(({ raw }) => raw.includes('German') && raw.includes('Answers to your questions'))).toBe(
      true,
    );
  });
});
