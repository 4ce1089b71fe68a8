import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { isFull } from './size.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const vitest = join(createRequire(import.meta.url).resolve('vitest/package.json'), '../vitest.mjs');

interface Played {
  /** Each process is killed when the run has got about so many events further. */
  readonly every: number;
  readonly byDefault?: true;
  /** Of the tests that are left out, a part of the name. */
  readonly without?: string;
}

/** Files of tests/e2e that are played with processes that are killed, one after the other, until the run is over. */
const restarted: Readonly<Record<string, Played>> = {
  acp: { every: 12, byDefault: true },
  'agent-plugin': { every: 12, byDefault: true },
  // Waits in the one process that goes on by itself.
  budget: { every: 12, without: 'is waited for by the command' },
  crash: { every: 12 },
  'custom-reviewer': { every: isFull ? 1 : 12, byDefault: true },
  endings: { every: 12 },
  // Reads what the process said that ended the run.
  evidence: { every: 12, without: 'a test that fails every time is worse' },
  feedback: { every: isFull ? 1 : 12, byDefault: true },
  'forged-evidence': { every: 12 },
  fork: { every: 12 },
  'hostile-machine': { every: 12 },
  // Its database is none, so nobody can see how far a run got.
  'hostile-repository': { every: 12, without: 'does not get its state folder taken' },
  'hostile-secrets': { every: 12 },
  'hostile-terminal': { every: 12 },
  'hostile-traces': { every: 12 },
  instructions: { every: isFull ? 1 : 12 },
  journal: { every: 12 },
  'lost-lease': { every: 12, byDefault: true },
  mcp: { every: 12 },
  orphans: { every: 12 },
  // Counts how often a task failed: who goes on after a kill before the end of the run tries it again.
  parallel: { every: 12, without: 'are stopped by a failing one' },
  pipeline: { every: 12 },
  prune: { every: 12 },
  // Comes to the limit of recoveries, which a chain of processes goes past as a person does.
  recovery: { every: 12, without: 'is tried three times again' },
  'security-reviewer': { every: 12 },
  skills: { every: 12 },
  // Compares the events of two runs that nothing cuts.
  worker: { every: 12, without: 'give the same tree and the same events' },
};

/** Those that are not, each with what was seen when it was tried. */
const left: Readonly<Record<string, string>> = {
  'failed-beginning': 'runs in the process of the test: nothing to kill',
  fairness: 'runs in the process of the test: nothing to kill',
  isolation: 'runs in the process of the test: nothing to kill',
  'model-faults': 'runs in the process of the test: nothing to kill',
  'resume-all': 'forge resume --all goes on with several runs, and a chain of processes follows one',
  webhooks: 'expects all deliveries by the end of the run: what a dead process had claimed comes half a minute later',
  'worker-losses': 'runs in the process of the test: nothing to kill',
};

it('each file of the end-to-end tests is either played with restarts, or there is a reason', () => {
  const files = readdirSync(join(root, 'tests/e2e')).flatMap((name) => /^(.+)\.test\.ts$/.exec(name)?.[1] ?? []);
  expect([...Object.keys(restarted), ...Object.keys(left)].sort()).toEqual(files.sort());
});

const chosen = Object.entries(restarted)
  .filter(([, { byDefault }]) => isFull || byDefault)
  .map(([file, played]) => ({ file, ...played }));

it.each(chosen)(
  'tests/e2e/$file passes with processes of which each is killed after $every more events',
  { timeout: 3_600_000 },
  async ({ file, every, without }) => {
    const args = ['run', '--config', 'config/vitest/vitest.config.ts', `tests/e2e/${file}.test.ts`];
    const names = without === undefined ? [] : ['--testNamePattern', `^(?!.*${without})`];
    const child = spawn(process.execPath, [vitest, ...args, '--testTimeout=3600000', '--maxWorkers=1', ...names], {
      cwd: root,
      env: { ...process.env, ALWAYS_CRASH: String(every) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
    const [code] = (await once(child, 'close')) as [number];
    const said = [...((await stdout) ?? []), ...((await stderr) ?? [])].join('');
    expect(code, said).toBe(0);
    expect(said).toMatch(/Tests .*[1-9]\d* passed/);
  },
);
