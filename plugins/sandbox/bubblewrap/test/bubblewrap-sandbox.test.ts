import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SandboxPolicy } from '@forge/plugin-api';
import { bubblewrapSandbox } from '../src/bubblewrap-sandbox.ts';

const { ok: works, detail } = await bubblewrapSandbox.probe({ signal: new AbortController().signal });

let directory: string;
let place: { home: string; state: string; workspace: string; temporary: string };
beforeEach(() => {
  // Not in the machine's /tmp, where all is hidden anyway.
  directory = realpathSync(mkdtempSync(join(import.meta.dirname, '../node_modules/forge-bwrap-')));
  const home = join(directory, 'home');
  const state = join(home, 'project/.forge');
  place = { home, state, workspace: join(state, 'runs/R1/checkouts/task'), temporary: join(state, 'runs/R1/tmp') };
  for (const path of Object.values(place)) mkdirSync(path, { recursive: true });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function run(script: string, change: Partial<SandboxPolicy> = {}, env: Record<string, string> = {}) {
  const command = bubblewrapSandbox.wrap(
    {
      file: '/bin/sh',
      args: ['-c', script],
      cwd: place.workspace,
      env: { PATH: process.env['PATH'] ?? '', HOME: place.temporary, TMPDIR: place.temporary, ...env },
    },
    {
      writable: [place.workspace, place.temporary],
      readable: [],
      hidden: [place.home, place.state],
      network: 'none',
      ...change,
    },
  );
  const { stdout, stderr, status } = spawnSync(command.file, [...command.args], {
    cwd: command.cwd,
    env: command.env,
    encoding: 'utf8',
  });
  return { output: stdout + stderr, exitCode: status };
}

describe.skipIf(!works)(`bubblewrap (${detail})`, () => {
  it('runs a command in its workspace and passes its exit code and environment', () => {
    expect(run('pwd; echo "$X" > made; exit 7', {}, { X: 'ü "$(x)"' })).toEqual({
      output: `${place.workspace}\n`,
      exitCode: 7,
    });
    expect(readFileSync(join(place.workspace, 'made'), 'utf8')).toBe('ü "$(x)"\n');
  });

  const CANARY = 'canary-51c2';
  const PLANTED = [
    ...['.ssh/id_ed25519', '.ssh/config', '.aws/credentials', '.npmrc', '.netrc', '.git-credentials', '.gitconfig'],
    ...['.config/gh/hosts.yml', '.config/gcloud/credentials.db', '.azure/accessTokens.json', '.kube/config'],
    ...['.docker/config.json', '.gnupg/private-keys-v1.d/key', '.pypirc', '.cargo/credentials.toml', '.bash_history'],
    ...['.vault-token', '.config/forge/config.json', '.mozilla/firefox/x/logins.json', 'Documents/passwords.txt'],
    ...['project/.env', 'project/.git/config', 'project/.forge/forge.db', 'project/.forge/runs/R2/home/.npmrc'],
    ...['project/.forge/runs/R1/clone/config', 'project/.forge/runs/R1/checkouts/other/x', 'other-project/secret'],
  ];
  it(`shows none of ${PLANTED.length + 3} planted canaries`, () => {
    for (const path of PLANTED) {
      mkdirSync(dirname(join(place.home, path)), { recursive: true });
      writeFileSync(join(place.home, path), CANARY);
    }
    writeFileSync(join(tmpdir(), `forge-${CANARY}`), CANARY);
    process.env['CANARY'] = CANARY;
    const result = run(
      `grep -rsl ${CANARY} ${place.home} /tmp /run /var/tmp /dev/shm; cat /proc/*/environ | tr '\\0' '\\n' | grep -a ^CANARY; cat /proc/$PPID/environ | grep -ao ^CANARY; env | grep ^CANARY; echo end`,
    );
    delete process.env['CANARY'];
    rmSync(join(tmpdir(), `forge-${CANARY}`));
    expect(result.output).toBe('end\n');
  });

  const WRITES = [
    { name: 'a system folder', script: () => 'touch /etc/forge-was-here' },
    {
      name: 'a system folder made writable by mounting',
      script: () => 'mount -o remount,rw,bind /; touch /etc/forge-was-here',
    },
    { name: 'the repository', script: () => `touch ${place.home}/project/forge-was-here` },
    { name: 'another checkout', script: () => `touch ${place.state}/runs/R1/checkouts/other/forge-was-here` },
    { name: 'what may only be read', script: () => `touch ${place.home}/.cargo/forge-was-here` },
    { name: 'a link that leads out', script: () => `ln -s ${place.home}/project out; touch out/forge-was-here` },
  ];
  it.each(WRITES)('writes nothing outside: $name', ({ script }) => {
    for (const path of ['.cargo', 'project/.forge/runs/R1/checkouts/other'])
      mkdirSync(join(place.home, path), { recursive: true });
    run(script(), { readable: [join(place.home, '.cargo')] });
    for (const path of ['.cargo', 'project', 'project/.forge/runs/R1/checkouts/other']) {
      expect(existsSync(join(place.home, path, 'forge-was-here'))).toBe(false);
    }
    expect(existsSync('/etc/forge-was-here')).toBe(false);
  });

  it('has no capabilities and cannot get any', () => {
    expect(run('grep -e CapEff -e NoNewPrivs /proc/self/status').output).toBe(
      'CapEff:\t0000000000000000\nNoNewPrivs:\t1\n',
    );
  });

  // Nothing here may do harm should the sandbox not hold: it is only looked whether one could.
  it('may not change the kernel’s settings or make devices', () => {
    const files = '/proc/sys/kernel/hostname /proc/sysrq-trigger /sys/kernel/uevent_helper';
    expect(
      run(`for f in ${files}; do test -w $f && echo $f; done; mknod null c 1 3 2>/dev/null && echo made; true`),
    ).toEqual({
      output: '',
      exitCode: 0,
    });
  });

  it('sees no processes but its own', () => {
    // Process ids begin at 1 in there; this one's and its parents' are not among them.
    const { output } = run('cd /proc; echo [0-9]*');
    expect(output.trim().split(' ').map(Number)).toEqual([1, 2]);
  });

  it('ends what it left behind with the command', async () => {
    const { output } = run('setsid sleep 30 & echo started');
    expect(output).toBe('started\n');
  });

  it('keeps /tmp between commands, apart from the machine’s', () => {
    expect(run('echo kept > /tmp/note; touch /var/tmp/x').exitCode).toBe(0);
    expect(run('cat /tmp/note "$TMPDIR/note"').output).toBe('kept\nkept\n');
    expect(existsSync(join(tmpdir(), 'note'))).toBe(false);
  });

  it('follows links to what really is hidden or written', () => {
    mkdirSync(join(directory, 'vault'));
    writeFileSync(join(directory, 'vault/key'), 'secret');
    symlinkSync(join(directory, 'vault'), join(directory, 'link'));
    const look = (hidden: string[]) => run(`cat ${directory}/vault/key`, { readable: [directory], hidden }).output;
    expect(look([])).toBe('secret');
    expect(look([join(directory, 'link')])).toContain('No such file');
    expect(look([join(directory, 'vault/key')])).not.toContain('secret');
    expect(run('touch x', { hidden: ['/', '/none', place.home] }).exitCode).toBe(0);
  });

  it('has a loopback of its own without the network: a port that is taken outside is free there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const listen = `require('node:net').createServer().on('error', ({ code }) => console.log(code)).listen(${port}, '127.0.0.1', function () { console.log('listens'); this.close(); })`;
    const script = `"$NODE" -e "$LISTEN"`;
    // Nothing is hidden: Node may lie in a home folder.
    const visible = { hidden: [], readable: [dirname(process.execPath)] };
    const env = { NODE: process.execPath, LISTEN: listen };
    try {
      expect(run(script, visible, env).output).toBe('listens\n');
      expect(run(script, { ...visible, network: 'full' }, env).output).toBe('EADDRINUSE\n');
    } finally {
      server.close();
    }
  });

  it('reaches the network only when the policy says so', async () => {
    const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const script = `node -e 'require("net").connect(${port},"127.0.0.1").on("error",e=>console.log(e.code)).on("connect",()=>{console.log("connected");process.exit()})'`;
    const visible = { readable: [dirname(dirname(process.execPath))] };
    const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` };
    expect(run(script, visible, env).output).toBe('ECONNREFUSED\n');
    expect(run(script, { ...visible, network: 'full' }, env).output).toBe('connected\n');
    server.close();
  });

  it('says in the probe why it cannot', async () => {
    const { PATH } = process.env;
    process.env['PATH'] = directory;
    const probe = await bubblewrapSandbox.probe({ signal: new AbortController().signal });
    process.env['PATH'] = PATH;
    expect(probe).toEqual({ ok: false, detail: 'bwrap is not installed; on Debian: apt-get install bubblewrap' });
  });
});
