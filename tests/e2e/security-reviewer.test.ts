import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openForge, systemClock } from '@forge/core';
import { type Finding, reviewInputSchema } from '@forge/plugin-api';
import { agentContract } from '@forge/testkit/contracts';
import { createAgentContext } from '@forge/testkit/fakes';
import { answer, byTurn, callTool, startModelServer } from '@forge/testkit/model-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createForge } from './forge-process.ts';
import { sampleRepository, temporaryFolder } from './sample-repository.ts';
import { approval, changes, done, pipelineScript } from './scripts.ts';

const example = fileURLToPath(new URL('../../docs/examples/security-reviewer', import.meta.url));

/** The agent as a host loads it from its folder. */
async function securityReviewer() {
  const forge = await openForge({
    cwd: temporaryFolder(),
    env: { HOME: temporaryFolder(), PATH: process.env['PATH'] },
    pluginFolders: [],
    interaction: { interactive: false, ask: async () => undefined },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    forgeVersion: '0.0.0',
    clock: systemClock,
    flags: { plugins: [{ use: example, options: {}, inProcess: true }] },
    trust: true,
  });
  onTestFinished(() => forge.close());
  return forge.get('agent', 'custom-security-reviewer');
}

const plan = { summary: 'Add', assessment: { score: 1 }, tasks: [{ id: 'a', title: 'Add', goal: 'Add it' }] };

function inputOf(lines: readonly string[], files = ['src/a.js']) {
  const diff = [
    'diff --git a/src/a.js b/src/a.js',
    '--- a/src/a.js',
    '+++ b/src/a.js',
    `@@ -3,2 +3,${lines.length + 1} @@`,
    ' before',
    '-- eval(gone)',
    ...lines.map((line) => `+${line}`),
  ].join('\n');
  const change = { base: 'b', commit: 'c', branch: 'x', files: files.map((path) => ({ path, added: 1, removed: 1 })) };
  return reviewInputSchema.parse({ requirement: { task: 'Add' }, plan, change, diff, round: 1 });
}

agentContract({
  name: 'custom-security-reviewer',
  create: async () => ({
    agent: await securityReviewer(),
    input: inputOf(['eval(x)']),
    context: () => createAgentContext({ replies: [approval] }),
  }),
});

describe('the example of a security reviewer', () => {
  const review = async (lines: readonly string[], reply = approval, files?: string[]) => {
    const agent = await securityReviewer();
    const output = await agent.execute(inputOf(lines, files) as never, createAgentContext({ replies: [reply] }));
    return output as { approved: boolean; findings: Finding[] };
  };

  it.each([
    ['eval(input)', 'high'],
    ['const f = new Function(code)', 'high'],
    ['exec(`rm ${path}`)', 'high'],
    ['subprocess.run(command, shell=True)', 'high'],
    ['db.query(`select * from t where id = ${id}`)', 'high'],
    ['https.get(url, { rejectUnauthorized: false })', 'high'],
    ['const key = "AKIAIOSFODNN7EXAMPLE"', 'critical'],
    ['element.innerHTML = text', 'medium'],
  ])('finds %s', async (line, severity) => {
    expect(await review(['harmless()', line])).toMatchObject({
      approved: false,
      findings: [{ severity, file: 'src/a.js', line: 5, quote: line }],
    });
  });

  it.each([
    'evaluate(input)',
    'execFile("rm", [path])',
    'db.query("select * from t where id = $1", [id])',
    'if (element.innerHTML === "") return',
  ])('lets %s pass', async (line) => {
    expect(await review([line])).toEqual({ approved: true, findings: [] });
  });

  it('adds what the model finds, and says each thing once', async () => {
    const finding = { severity: 'medium', file: 'src/a.js', message: 'Nobody checks who calls it' };
    const said = answer({
      approved: false,
      findings: [
        { ...finding, line: 4 },
        { ...finding, line: 9 },
      ],
    });
    const { findings } = await review(['eval(input)'], said);
    expect(findings.map(({ line }) => line)).toEqual([4, 9]);
  });

  it('says which files of a cut diff no check has seen', async () => {
    const { findings } = await review(['fine()'], approval, ['src/a.js', 'src/far.js']);
    expect(findings).toEqual([expect.objectContaining({ severity: 'info', file: 'src/far.js' })]);
  });
});

it('sends a change back until it is safe, chosen by its name', async () => {
  const change = changes.node;
  const unsafe = change.to.replace('(width * height) / 2', 'eval("width * height / 2")');
  const server = await startModelServer({
    script: pipelineScript(change, {
      implementer: {
        triangle: byTurn([
          callTool('fs_edit', { path: change.file, edits: [{ old: change.from, new: unsafe }] }),
          done('add the area of a triangle'),
        ]),
        'triangle-test': byTurn([
          callTool('fs_write', { path: change.testFile, content: change.test }),
          done('test the area of a triangle', 'test'),
        ]),
        'fix-review-1': byTurn([
          callTool('fs_edit', {
            path: change.file,
            edits: [{ old: 'eval("width * height / 2")', new: '(width * height) / 2' }],
          }),
          done('calculate instead of evaluating', 'fix'),
        ]),
      },
    }),
  });
  onTestFinished(() => server.close());
  const repository = sampleRepository('node');
  cpSync(example, join(repository.path, 'tools/security-reviewer'), { recursive: true });
  repository.write(
    'forge.config.ts',
    `import { defineConfig } from '@forge/plugin-api';

export default defineConfig({
  plugins: ['./tools/security-reviewer'],
  agents: { reviewer: 'custom-security-reviewer' },
});
`,
  );
  const forge = createForge({ cwd: repository.path, modelUrl: server.url, quickTests: true });
  const end = await forge.run('run', 'Add the area of a triangle', '--yes', '--json', '--trust');
  expect(end.code, end.stderr).toBe(0);
  const of = (type: string) => end.events.filter((event) => event.type === type).map(({ payload }) => payload);
  expect(of('finding.detected')).toEqual([
    { finding: expect.objectContaining({ file: change.file, severity: 'high' }), round: 1 },
  ]);
  expect(of('finding.resolved')).toHaveLength(1);
  const branch = repository.git('branch', '--list', 'forge/*', '--format=%(refname:short)');
  expect(repository.git('show', `${branch}:${change.file}`)).not.toContain('eval');
  expect(server.requests.some(({ system }) => system.startsWith('You review the security'))).toBe(true);
});
