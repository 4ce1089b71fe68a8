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

/** Files of tests/e2e whose tests pass although each process of a run is killed one event after the one before it. */
const restarted: Readonly<Record<string, { readonly byDefault?: string }>> = {
  'custom-reviewer': { byDefault: 'is used instead of the default' },
  feedback: { byDefault: 'sends failing tests back' },
  instructions: {},
};

/** Files of tests/e2e that say nothing more when every process is killed, and why. */
const left: Readonly<Record<string, string>> = {
  acp: 'another program keeps the conversation, and one that is cut is begun anew: its words are counted',
  'agent-plugin': 'servers of tools end with the process, and what they were asked is counted',
  budget: 'a call that is cut is paid for as it was reserved: the sums are of runs that nothing cuts',
  crash: 'kills processes itself, at moments of its own',
  endings: 'looks at the words and the code of the one process that ends by itself',
  evidence: 'looks at what a second try of the tests finds in the place of the first',
  'failed-beginning': 'works in the process of the test',
  'forged-evidence': 'a process that the model leaves behind waits for the tests, and ends with Forge',
  fairness: 'works in the process of the test',
  fork: 'counts the calls that a fork makes',
  'hostile-machine': 'is about what one command finds on the machine, before anything is durable',
  'hostile-repository': 'is about what one command reads, before anything is durable',
  'hostile-secrets': 'is about what one command may see',
  'hostile-terminal': 'is about what one process prints',
  'hostile-traces': 'is about what one command may leave behind',
  isolation: 'works in the process of the test',
  journal: 'kills processes itself, at moments of its own',
  'lost-lease': 'stops and wakes a process itself',
  mcp: 'servers of tools end with the process, and what they were asked is counted',
  'model-faults': 'works in the process of the test, with a clock that flies',
  orphans: 'kills processes itself, and looks for what they leave',
  parallel: 'looks at which tasks run at the same time in one process',
  pipeline: 'is the same run in four languages; the tests of chaos play it',
  prune: 'makes many runs only to have them removed',
  recovery: 'kills processes itself, at moments of its own',
  'resume-all': 'kills processes itself, and looks at several runs',
  'security-reviewer': 'its one run is that of custom-reviewer, with another reviewer',
  skills: 'its runs are that of instructions, with another tool that reads',
  webhooks: 'counts deliveries, of which each death may repeat one',
  worker: 'kills processes itself, at moments of its own',
  'worker-losses': 'kills processes itself, in the process of the test',
};

it('each file of the end-to-end tests is either played with restarts, or there is a reason', () => {
  const files = readdirSync(join(root, 'tests/e2e')).flatMap((name) => /^(.+)\.test\.ts$/.exec(name)?.[1] ?? []);
  expect([...Object.keys(restarted), ...Object.keys(left)].sort()).toEqual(files.sort());
});

const chosen = Object.entries(restarted).filter(([, { byDefault }]) => isFull || byDefault !== undefined);

it.each(chosen)(
  'tests/e2e/%s passes with a process that is killed after every event',
  { timeout: 3_600_000 },
  async (file, { byDefault = '' }) => {
    const args = ['run', '--config', 'config/vitest/vitest.config.ts', `tests/e2e/${file}.test.ts`];
    const options = ['--testTimeout=3600000', '--maxWorkers=1', ...(isFull ? [] : ['--testNamePattern', byDefault])];
    const child = spawn(process.execPath, [vitest, ...args, ...options], {
      cwd: root,
      env: { ...process.env, ALWAYS_CRASH: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
    const [code] = (await once(child, 'close')) as [number];
    const said = [...((await stdout) ?? []), ...((await stderr) ?? [])].join('');
    expect(code, said).toBe(0);
    expect(said).toMatch(/Tests .*[1-9]\d* passed/);
  },
);
