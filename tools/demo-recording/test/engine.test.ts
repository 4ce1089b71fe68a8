import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openForge } from '@forge/core';
import { requirementSchema, type EventOf, type EventType, type ForgeEvent } from '@forge/plugin-api';
import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const demo = join(root, 'apps/cli/demo');
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

function sampleRepository() {
  const directory = mkdtempSync(join(tmpdir(), 'forge-demo-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  cpSync(join(demo, 'repository'), directory, { recursive: true });
  const git = (...args: string[]) => execFileSync('git', args, { cwd: directory, encoding: 'utf8' });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('-c', 'user.name=Demo', '-c', 'user.email=demo@example.com', 'commit', '--quiet', '--message=first');
  return { directory, git };
}

async function play(directory: string) {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const forge = await openForge({
    cwd: directory,
    env,
    flags: {
      llm: { provider: 'recorded' },
      plugins: [{ use: '@forge/llm-recorded', options: { file: join(demo, 'recording.jsonl') } }],
    },
    // Not those that are only published from here: nobody installed them.
    pluginFolders: readdirSync(join(root, 'plugins'))
      .filter((name) => name !== 'published')
      .map((name) => join(root, 'plugins', name)),
    interaction: { interactive: true, ask: async () => 'approve' },
    log: quiet,
    forgeVersion: '0.1.0',
  });
  try {
    const engine = await forge.engine();
    const requirement = requirementSchema.parse({ task: readFileSync(join(demo, 'task.md'), 'utf8') });
    const run = await engine.start({ requirement, directory });
    const outcome = await run.finished;
    const store = await forge.store();
    return { outcome, events: await store.readEvents(run.id) };
  } finally {
    await forge.close();
  }
}

function payloads<T extends EventType>(events: readonly ForgeEvent[], type: T): EventOf<T>['payload'][] {
  return events.flatMap((event) => (event.type === type ? [event.payload as EventOf<T>['payload']] : []));
}

test('the recording plays through the whole engine, to a branch whose tests pass', { timeout: 120_000 }, async () => {
  const { directory, git } = sampleRepository();
  const { outcome, events } = await play(directory);

  expect(outcome).toMatchObject({ record: { status: 'completed' } });
  expect(outcome.error).toBeUndefined();
  expect(payloads(events, 'task.merged').map(({ taskId }) => taskId)).toEqual([
    'rate-limiter',
    'too-many-requests',
    'limit-login',
    'fix-review-1',
  ]);
  expect(payloads(events, 'finding.detected')).toMatchObject([{ finding: { severity: 'medium' }, round: 1 }]);
  expect(payloads(events, 'finding.rejected')).toEqual([]);
  expect(payloads(events, 'finding.resolved')).toHaveLength(1);
  expect(payloads(events, 'tests.ran').map(({ evidence }) => [evidence.on, evidence.counts])).toEqual([
    ['base', { passed: 7, failed: 3, skipped: 0, source: 'junit' }],
    // After each of the three tasks, and after the review's finding was fixed.
    ['result', { passed: 10, failed: 3, skipped: 0, source: 'junit' }],
    ['result', { passed: 11, failed: 3, skipped: 0, source: 'junit' }],
    ['result', { passed: 14, failed: 0, skipped: 0, source: 'junit' }],
    ['result', { passed: 15, failed: 0, skipped: 0, source: 'junit' }],
  ]);
  const failedCalls = payloads(events, 'tool.result').filter(({ ok }) => !ok);
  expect(failedCalls).toEqual([]);

  const subjects = git('log', '--format=%s', `main..${outcome.record.branch}`).trim().split('\n');
  expect(subjects).toEqual([
    'fix(limiter): forget addresses whose window has ended',
    'feat(login): limit failed logins by address',
    'feat(api): add a response for too many attempts',
    'feat(limiter): count failures by key within a window of time',
  ]);
});
