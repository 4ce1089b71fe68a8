import { byAgent, byTurn, answer, callTool, startModelServer, type Reply } from '@forge/testkit/model-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { sampleRepository, type SampleRepository } from './sample-repository.ts';
import { approval, changes, done, plan } from './scripts.ts';

const { file, from, to, testFile, test } = changes.node;

/** A run in which the implementer does this, with `--yes`. */
async function runOf(repository: SampleRepository, ...replies: readonly Reply[]) {
  const server = await startModelServer({
    script: byAgent({
      planner: byTurn([answer({ ...plan, tasks: [{ ...plan.tasks[0], dependencies: [] }] })]),
      implementer: byTurn([...replies, done('add the area of a triangle')]),
      reviewer: byTurn([approval]),
    }),
  });
  onTestFinished(() => server.close());
  const forge = createForge({ cwd: repository.path, modelUrl: server.url });
  const end = await forge.run('run', 'Add the area of a triangle', '--yes', '--json');
  const evidence = end.events.flatMap((event) => (event.type === 'tests.ran' ? [event.payload.evidence] : []));
  const asked = end.events.find((event) => event.type === 'request.opened')?.payload.request;
  const found = end.events.flatMap((event) => (event.type === 'finding.detected' ? [event.payload.finding] : []));
  return { forge, end, evidence, asked, found };
}

const write = (path: string, content: string) => callTool('fs_write', { path, content });
const shell = (command: string) => callTool('shell', { command });
const triangle = callTool('fs_edit', { path: file, edits: [{ old: from, new: to }] });

describe('evidence of a run', () => {
  it('names the tests that newly pass, and the numbers of the report', async () => {
    const { end, evidence, forge } = await runOf(sampleRepository('node'), triangle, write(testFile, test));
    expect(end.code).toBe(0);
    const [base, result] = evidence;
    expect([base, result].map((each) => each?.counts)).toEqual([
      { passed: 1, failed: 0, skipped: 0, source: 'junit' },
      { passed: 2, failed: 0, skipped: 0, source: 'junit' },
    ]);
    expect(result?.comparison).toMatchObject({
      newlyPassing: { count: 1, names: [expect.stringContaining('area of a triangle')] },
      newlyFailing: { count: 0 },
      removed: { count: 0 },
    });
    // What the project's own command prints is as it was.
    expect(result?.output).toMatch(/pass 2/);
    expect((await forge.run('show')).stdout).toMatch(/newly passing \(1\): .*area of a triangle/);
  });

  it('the last commit of the branch carries the proof, which stays the same in the log', async () => {
    const repository = sampleRepository('node');
    const { end, evidence, forge } = await runOf(repository, triangle, write(testFile, test));
    const change = end.events.find((event) => event.type === 'run.completed')?.payload.change;
    const [message, trailer] = ['%B', '%(trailers:key=Forge-Run,valueonly)'].map((format) =>
      repository.git('log', '-1', `--format=${format}`, change?.branch ?? ''),
    );
    const proof = (await forge.run('show', '--proof')).stdout.trim();
    expect(message).toContain(proof.replace(/^## /, 'Proof of work: '));
    expect(proof).toMatch(/^- Newly passing: .*area of a triangle$/m);
    expect(trailer).toBe(end.events[0]?.traceId);
    const [, hash, seq] = /log hash ([0-9a-f]{64}) at event (\d+)$/m.exec(proof) ?? [];
    expect(end.events.find((event) => event.seq === Number(seq))?.hash).toBe(hash);
    // What was delivered is what was tested, under another message.
    expect(repository.git('rev-parse', `${change?.branch}`)).toBe(change?.commit);
    expect(change?.commit).not.toBe(evidence[1]?.commit);
    expect(repository.git('log', '--format=%s', 'main..', change?.branch ?? '')).toBe(
      'feat: add the area of a triangle',
    );
    const sarif = JSON.parse((await forge.run('export', '--sarif')).stdout) as { runs: { results: unknown[] }[] };
    expect(sarif.runs[0]?.results).toEqual([]);
  });

  it('a test that fails and passes on the same commit is told of, and a person is asked', async () => {
    const repository = sampleRepository('node');
    // Passes when it is run again in the same place.
    const flaky = `import { test } from 'node:test';
import { existsSync, writeFileSync } from 'node:fs';
test('now and then', () => {
  if (existsSync('seen')) return;
  writeFileSync('seen', '');
  throw new Error('not yet');
});\n`;
    const { end, evidence, asked, forge } = await runOf(repository, triangle, write('test/flaky.test.js', flaky));
    expect({ code: end.code, reason: asked?.reason }).toEqual({ code: 3, reason: 'high-risk' });
    expect(evidence[1]).toMatchObject({
      exitCode: 1,
      counts: { passed: 1, failed: 1 },
      rerun: { exitCode: 0, flaky: { count: 1, names: [expect.stringContaining('now and then')] } },
    });
    expect(asked?.body).toMatch(/Flaky.*: .*now and then/);
    expect((await forge.run('show')).stdout).toMatch(/passed when run again[\s\S]*flaky \(1\): .*now and then/);
  });

  it('a test that fails every time is worse, though others failed before', async () => {
    const repository = sampleRepository('node');
    const failing = (name: string) =>
      `import { test } from 'node:test';\ntest('${name}', () => { throw new Error('no'); });\n`;
    repository.write('test/old.test.js', failing('old'));
    repository.git('add', 'test');
    repository.git('commit', '--quiet', '--message=failing');
    const { end, evidence } = await runOf(
      repository,
      triangle,
      shell('rm test/old.test.js'),
      write('test/new.test.js', failing('new')),
    );
    expect(end.code).toBe(1);
    expect(evidence[1]?.comparison).toMatchObject({
      newlyFailing: { names: [expect.stringContaining('new')] },
      stillFailing: { count: 0 },
      removed: { names: [expect.stringContaining('old')] },
    });
    expect(end.stdout).toContain('newly failing: ');
  });

  const two = "import { test } from 'node:test';\ntest('first', () => {});\ntest('second', () => {});\n";
  it.each([
    { how: 'deleted with its file', act: 'rm test/two.test.js', group: 'removed', names: ['first', 'second'] },
    { how: 'deleted', act: `sed -i '/second/d' test/two.test.js`, group: 'removed', names: ['second'] },
    {
      how: 'skipped',
      act: `sed -i "s/test('second'/test.skip('second'/" test/two.test.js`,
      group: 'newlySkipped',
      names: ['second'],
    },
    {
      how: 'left out by the script, and replaced by others',
      act: `sed -i 's#node --test#node --test test/a*#' package.json; printf "import { test } from 'node:test'; test('x', () => {}); test('y', () => {});" > test/a.test.js`,
      group: 'removed',
      names: ['first', 'second'],
    },
  ] as const)('tests that are $how are findings that --yes does not answer', async ({ act, group, names }) => {
    const repository = sampleRepository('node');
    repository.write('test/two.test.js', two);
    repository.git('add', 'test');
    repository.git('commit', '--quiet', '--message=two');
    const { end, evidence, asked, found } = await runOf(repository, triangle, shell(act));
    expect({ code: end.code, reason: asked?.reason }).toEqual({ code: 3, reason: 'protected-files' });
    expect(evidence[1]?.comparison?.[group].names).toEqual(names.map((name) => expect.stringContaining(name)));
    const told = found.filter(({ message }) => /before (is|are) (gone|skipped)/.test(message));
    expect(told.map(({ severity }) => severity)).toContain('high');
    for (const { message } of told) expect(asked?.body).toContain(message);
    expect(repository.git('branch', '--list', 'forge/*')).toBe('');
  });

  it.each(['chmod +x README.md', 'mv README.md other; ln -s other README.md', 'mv README.md other'])(
    'a file that configuration protects needs a person, also after: %s',
    async (act) => {
      const repository = sampleRepository('node');
      repository.write('forge.config.json', JSON.stringify({ review: { protectedPaths: ['*.md'] } }));
      repository.git('add', 'forge.config.json');
      repository.git('commit', '--quiet', '--message=config');
      const { end, asked, found } = await runOf(repository, triangle, shell(act));
      expect({ code: end.code, reason: asked?.reason }).toEqual({ code: 3, reason: 'protected-files' });
      expect(found).toContainEqual(expect.objectContaining({ file: 'README.md' }));
    },
  );
});
