import {
  answer,
  byTurn,
  callTool,
  startModelServer,
  turnOf,
  type Reply,
  type ScriptFunction,
} from '@forge/testkit/model-server';
import type { ForgeEvent } from '@forge/plugin-api';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { sampleRepository } from './sample-repository.ts';
import { approval, changes, done, pipelineScript } from './scripts.ts';

const change = changes.node;

async function play(script: ScriptFunction, ...args: string[]) {
  const server = await startModelServer({ script });
  onTestFinished(() => server.close());
  const repository = sampleRepository('node');
  // What happens after each merge is told in parallel.test.ts.
  const env = { FORGE_TESTING__AFTER_MERGE: 'false' };
  const forge = createForge({ cwd: repository.path, modelUrl: server.url, env });
  const end = await forge.run('run', 'Add the area of a triangle', '--yes', '--json', ...args);
  return { ...end, repository, forge, server };
}

function rounds(...perRound: readonly Reply[]): ScriptFunction {
  let round = 0;
  return (request) => (turnOf(request) === 0 ? perRound[Math.min(round++, perRound.length - 1)] : undefined);
}

const finding = {
  severity: 'high',
  file: change.file,
  line: 3,
  quote: 'return (width * height) / 2;',
  message: 'Negative sides give a negative area',
};

describe('review', () => {
  it('sends findings back to the implementer and closes those that are fixed', async () => {
    const fixed = byTurn([
      callTool('fs_edit', {
        path: change.file,
        edits: [{ old: '(width * height) / 2', new: 'Math.abs(width * height) / 2' }],
      }),
      done('take sides without their sign', 'fix'),
    ]);
    const script = pipelineScript(change);
    const { code, events, repository } = await play((request, index) => {
      const said = request.messages[0]?.text ?? '';
      if (request.tools.includes('fs_write') && said.includes('Negative sides')) return fixed(request, index);
      if (request.schema !== undefined && !request.tools.includes('fs_write') && said.includes('diff --git')) {
        return said.includes('Math.abs') ? approval : answer({ approved: false, findings: [finding] });
      }
      return script(request, index);
    });
    expect(code).toBe(0);
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['finding.detected', 'finding.resolved']));
    const branch = events.find((event) => event.type === 'run.completed')?.payload.change?.branch ?? '';
    expect(repository.git('show', `${branch}:${change.file}`)).toContain('Math.abs');
  });

  it.each([
    ['in the second round', undefined],
    ['when a finding was just resolved', 'finding.resolved'],
  ])('goes on after a kill -9 %s, and tells each finding once', async (_name, after) => {
    const fixed = byTurn([
      callTool('fs_edit', {
        path: change.file,
        edits: [{ old: '(width * height) / 2', new: 'Math.abs(width * height) / 2' }],
      }),
      done('take sides without their sign', 'fix'),
    ]);
    const script = pipelineScript(change);
    let kill: (() => void) | undefined;
    const server = await startModelServer({
      script: (request, index) => {
        const said = request.messages[0]?.text ?? '';
        if (request.tools.includes('fs_write') && said.includes('Negative sides')) return fixed(request, index);
        if (!request.system.startsWith('You review')) return script(request, index);
        if (!said.includes('Math.abs')) return answer({ approved: false, findings: [finding] });
        if (after === undefined) kill?.();
        return approval;
      },
    });
    onTestFinished(() => server.close());
    const repository = sampleRepository('node');
    const env = { FORGE_TESTING__AFTER_MERGE: 'false' };
    const forge = createForge({ cwd: repository.path, modelUrl: server.url, env });
    const running = forge.start('run', 'Add the area of a triangle', '--yes', '--json');
    kill = () => running.kill('SIGKILL');
    if (after !== undefined) {
      await running.event(({ type }) => type === after);
      kill();
    }
    const killed = await running.ended;
    kill = undefined;
    const resumed = await forge.run('resume', '--yes', '--json');
    // The second kill may have come after the end: then there is nothing to resume.
    const isOver = killed.events.some(({ type }) => type === 'run.completed');
    expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: isOver ? 2 : 0 });
    const { events } = await forge.run('replay', '--json');
    const told = events.filter(({ type }) => type.startsWith('finding.')).map(({ type }) => type);
    expect(told).toEqual(['finding.detected', 'finding.resolved']);
  });

  it('fails with what is still open when the rounds are used up, and delivers nothing', async () => {
    const { code, events, repository, forge } = await play(
      pipelineScript(change, {
        reviewer: () => answer({ approved: false, findings: [finding] }),
        implementer: (request) =>
          turnOf(request) === 0
            ? callTool('fs_write', { path: 'src/try.js', content: `// ${request.index}\n` })
            : done('try'),
      }),
    );
    expect(code).toBe(1);
    expect(events.findLast((event) => event.type === 'run.failed')?.payload).toMatchObject({ code: 'REVIEW_REJECTED' });
    expect(repository.git('branch', '--list', 'forge/*')).toBe('');
    const rounds = (all: readonly ForgeEvent[]) =>
      all.filter((event) => event.type === 'execution.completed' && event.phase === 'review').length;
    const resumed = await forge.run('resume', '--yes', '--json');
    expect(resumed.code).toBe(1);
    expect(rounds(resumed.events)).toBe(rounds(events) - 1);
  });

  it('ignores findings about what is not there, and says so', async () => {
    const invented = { ...finding, file: 'src/nowhere.js' };
    const { code, events } = await play(
      pipelineScript(change, { reviewer: rounds(answer({ approved: true, findings: [invented] })) }),
    );
    expect(code).toBe(0);
    expect(events.find((event) => event.type === 'finding.rejected')?.payload.reason).toContain('no file');
  });
});

describe('testing', () => {
  const wrong = { ...change, to: change.to.replace('/ 2', '/ 3') };

  it('sends failing tests back with their output, and runs them again', async () => {
    const { code, events } = await play((request, index) => {
      const said = request.messages[0]?.text ?? '';
      if (request.tools.includes('fs_write') && said.includes('Make the tests pass')) {
        expect(said).toContain('triangle');
        return byTurn([
          callTool('fs_edit', { path: change.file, edits: [{ old: '/ 3', new: '/ 2' }] }),
          done('halve the product', 'fix'),
        ])(request, index);
      }
      return pipeline(request, index);
    });
    expect(code).toBe(0);
    const results = events.flatMap((event) =>
      event.type === 'tests.ran' && event.payload.evidence.on === 'result' ? [event.payload.evidence] : [],
    );
    expect(results.map(({ exitCode, counts }) => [exitCode === 0, counts])).toEqual([
      [false, { passed: 1, failed: 1, skipped: 0, source: 'junit' }],
      [true, { passed: 2, failed: 0, skipped: 0, source: 'junit' }],
    ]);
  });

  it('believes what it sees and not what a model says: a run whose tests fail is not delivered', async () => {
    const { code, events, repository } = await play((request, index) => {
      const said = request.messages[0]?.text ?? '';
      if (request.tools.includes('fs_write') && said.includes('Make the tests pass'))
        return done('all tests pass now', 'fix');
      return pipeline(request, index);
    });
    expect(code).toBe(1);
    expect(events.findLast((event) => event.type === 'run.failed')?.payload).toMatchObject({ code: 'TESTS_FAILED' });
    expect(repository.git('branch', '--list', 'forge/*')).toBe('');
  });

  it('a run whose rounds are used up has as many again when it is resumed, and runs the tests first', async () => {
    let honest = false;
    const ran = (events: readonly ForgeEvent[]) =>
      events.flatMap((event) =>
        event.type === 'tests.ran' && event.payload.evidence.on === 'result'
          ? [event.payload.evidence.exitCode === 0]
          : [],
      );
    const failed = await play((request, index) => {
      const said = request.messages[0]?.text ?? '';
      if (!request.tools.includes('fs_write') || !said.includes('Make the tests pass')) return pipeline(request, index);
      const mended = callTool('fs_edit', { path: change.file, edits: [{ old: '/ 3', new: '/ 2' }] });
      return byTurn([...(honest ? [mended] : []), done('halve the product', 'fix')])(request, index);
    });
    expect(failed.code).toBe(1);
    expect(failed.stderr + failed.stdout).toContain('tries again');
    const asked = failed.server.requests.length;
    honest = true;
    const resumed = await failed.forge.run('resume', '--yes', '--json');
    expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: 0 });
    expect(ran(resumed.events)).toEqual([false, true]);
    // The mended tests, the review's word of before, and nothing else again.
    expect(failed.server.requests.length - asked).toBe(2);
    expect((await failed.forge.run('verify', '--json')).code).toBe(0);
  });

  const pipeline = pipelineScript(wrong);
});
