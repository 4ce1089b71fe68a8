import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { reapMarked } from '../../src/process/index.ts';
import { type CommandFixture, commandFixture } from './command-fixture.ts';

let fixture: CommandFixture;
beforeEach(() => {
  fixture = commandFixture();
});
afterEach(() => fixture.remove());

/** Ways to outlive the command that started one. Each prints "ready" when its process is there. */
const ESCAPES: { name: string; script: (sleeper: string) => string }[] = [
  { name: 'plain child', script: (s) => `${s} & echo ready; wait` },
  { name: 'foreground child', script: (s) => `echo ready; ${s}` },
  { name: 'nohup', script: (s) => `nohup ${s} >/dev/null 2>&1 & echo ready; wait` },
  { name: 'ignored TERM', script: (s) => `trap '' TERM HUP INT; ${s} & echo ready; wait` },
  { name: 'setsid', script: (s) => `setsid ${s} & echo ready; sleep 1000` },
  { name: 'double fork', script: (s) => `(${s} &) ; echo ready; sleep 1000` },
  { name: 'double fork with setsid', script: (s) => `(setsid ${s} >/dev/null 2>&1 &); echo ready; sleep 1000` },
  { name: 'setsid, TERM ignored', script: (s) => `(trap '' TERM; setsid ${s} &); echo ready; sleep 1000` },
  { name: 'own group by job control', script: (s) => `bash -c 'set -m; ${s} & echo ready; wait'` },
  { name: 'cleared environment', script: (s) => `env -i ${s} & echo ready; wait` },
  { name: 'cleared environment and setsid', script: (s) => `env -i setsid -w ${s} & echo ready; wait` },
  {
    name: 'cleared environment, setsid and ignored TERM',
    script: (s) => `trap '' TERM; env -i setsid ${s} & echo ready; wait`,
  },
  {
    name: 'stopped',
    // The kernel itself hangs up on whatever is stopped in a group that nobody leads any more.
    script: (s) =>
      `trap '' HUP; ${s} & until grep -q ^sleep /proc/$!/cmdline; do :; done; kill -STOP $!; echo ready; wait`,
  },
  {
    name: 'twenty at once',
    script: (s) => `for i in 1 2 3 4 5 6 7 8 9 10; do setsid ${s} & ${s} & done; echo ready; wait`,
  },
];

/** Ends only when the sleeper has left the group, or it would be caught there. */
function daemon(sleeper: string): string {
  return `setsid ${sleeper} >/dev/null 2>&1 & until grep -q ^sleep /proc/$!/cmdline; do :; done; echo done`;
}

describe('an abort ends', () => {
  it.each(ESCAPES)('$name: 0 alive', async ({ script }) => {
    const controller = new AbortController();
    const started = performance.now();
    const result = await fixture.shell(script(fixture.sleeper), {
      signal: controller.signal,
      output: { headBytes: 100, tailBytes: 100, onChunk: () => controller.abort() },
    });
    expect(result).toMatchObject({ aborted: true, timedOut: false, output: { text: 'ready\n' } });
    expect(fixture.alive()).toEqual([]);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('a timeout ends', () => {
  it('the command and says so', async () => {
    const result = await fixture.shell(`echo before; ${fixture.sleeper}`, { timeoutMs: 150 });
    expect(result).toMatchObject({ timedOut: true, aborted: false, exitCode: undefined, output: { text: 'before\n' } });
    expect(fixture.alive()).toEqual([]);
  });

  it('lets a command that obeys SIGTERM finish its words', async () => {
    const script = `trap 'echo bye; exit 7' TERM; while :; do sleep 0.01; done`;
    const result = await fixture.shell(script, { timeoutMs: 150, killGraceMs: 5_000 });
    expect(result).toMatchObject({ timedOut: true, exitCode: 7 });
    expect(result.output.text).toContain('bye\n');
  });
});

describe('after a normal end', () => {
  const LEFT_BEHIND = [
    { name: 'a child in the group', script: (s: string) => `${s} >/dev/null 2>&1 & echo done` },
    { name: 'a child that holds the output', script: (s: string) => `${s} & echo done` },
    { name: 'a child in another session that holds the output', script: (s: string) => `setsid ${s} & echo done` },
    { name: 'a child that floods', script: (s: string) => `echo done; (yes; ${s}) & ${s} & exit 0` },
  ];
  it.each(LEFT_BEHIND)('does not wait for $name, and kills it', async ({ script }) => {
    const result = await fixture.shell(script(fixture.sleeper));
    expect(result).toMatchObject({ exitCode: 0, timedOut: false, aborted: false });
    expect(result.leftovers).toBeGreaterThan(0);
    expect(result.output.text).toContain('done\n');
    expect(fixture.alive()).toEqual([]);
  });

  it('takes the words of a child that ends shortly after', async () => {
    const result = await fixture.shell('(sleep 0.05; echo late) & echo done');
    expect(result).toMatchObject({ exitCode: 0, leftovers: 0, output: { text: 'done\nlate\n' } });
  });

  it('a daemon that let go of everything is left to the reaper', async () => {
    const result = await fixture.shell(daemon(fixture.sleeper));
    expect(result).toMatchObject({ exitCode: 0, leftovers: 0 });
    expect(fixture.alive()).toHaveLength(1);
    expect(await reapMarked((marker) => marker.startsWith(`${fixture.marker}#`))).toEqual({ killed: 1, survivors: [] });
    expect(fixture.alive()).toEqual([]);
  });
});

describe('reapMarked', () => {
  it('leaves processes of other owners alone', async () => {
    await fixture.shell(daemon(fixture.sleeper));
    expect(await reapMarked((marker) => marker === 'another')).toEqual({ killed: 0, survivors: [] });
    expect(fixture.alive()).toHaveLength(1);
  });

  const ORPHANS = ESCAPES.filter(({ name }) => !name.startsWith('cleared environment'));
  it('ends what one command left behind, and no other command of the same owner', async () => {
    const other = fixture.shell('mkfifo go; touch ready; read -r line < go; echo "$line"');
    await fixture.shell(`until [ -e ready ]; do :; done; ${fixture.sleeper} & echo left`);
    expect(fixture.alive()).toEqual([]);
    await fixture.shell('echo still there > go');
    expect((await other).output.text).toBe('still there\n');
  });

  it.each(ORPHANS)('finds what a killed Forge left behind: $name', async ({ script }) => {
    const owner = fileURLToPath(new URL('fixtures/owner.ts', import.meta.url));
    const args = [owner, fixture.marker, fixture.directory, script(fixture.sleeper)];
    const forge = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(forge.stdout, 'data');
    forge.kill('SIGKILL');
    await once(forge, 'exit');
    await vi.waitUntil(() => fixture.alive().length > 0, { timeout: 60_000 });

    const report = await reapMarked((marker) => marker.startsWith(`${fixture.marker}#`));
    expect(report.survivors).toEqual([]);
    expect(fixture.alive()).toEqual([]);
  });
});
