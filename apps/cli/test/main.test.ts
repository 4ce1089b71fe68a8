import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { version } from '../src/version.ts';
import { type CliEnd, entry, git, runCli, startCli, temporaryFolder, temporaryRepository } from './cli-process.ts';

describe('the command line as a process', { timeout: 60_000 }, () => {
  it('shows its version and its help', async () => {
    const cwd = temporaryFolder();
    expect(await runCli({ cwd }, '--version')).toMatchObject({ code: 0, stdout: `forge ${version}\n`, stderr: '' });
    expect(await runCli({ cwd })).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage'), stderr: '' });
    expect(await runCli({ cwd }, 'run', '--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--plan-only'),
    });
  });

  it('shows what there is where flags stand without a command', async () => {
    const cwd = temporaryFolder();
    const programs = await runCli({ cwd }, '--json');
    expect(programs).toMatchObject({ code: 0, stderr: '' });
    expect(programs.objects).toEqual([
      expect.objectContaining({
        type: 'help',
        commands: expect.arrayContaining([expect.objectContaining({ name: 'run' })]),
      }),
      { type: 'exit', code: 0 },
    ]);
    expect(await runCli({ cwd }, '--quiet')).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage') });
  });

  it('says what is wrong with the command line, for people and for programs', async () => {
    const cwd = temporaryFolder();
    const people = await runCli({ cwd }, 'rnu');
    expect(people).toMatchObject({ code: 2, stdout: '' });
    expect(people.stderr).toMatch(/^✖ unknown command 'rnu' — did you mean run\? {2}\[USAGE\]\n {2}fix/);
    const programs = await runCli({ cwd }, 'rnu', '--json');
    expect(programs).toMatchObject({ code: 2, stderr: '' });
    expect(programs.objects).toEqual([
      expect.objectContaining({ type: 'error', code: 'USAGE' }),
      { type: 'exit', code: 2 },
    ]);
  });

  it.each([
    ['a folder that is not there', ['runs', '--cwd', 'nowhere'], 2, /--cwd nowhere is not a folder/],
    ['a run without a task', ['run'], 2, /There is no task[\s\S]*forge run -/],
    ['an empty pipe', ['run', '-'], 2, /Standard input held no task/],
    ['a task twice', ['run', 'x', '--file', 'task.md'], 2, /not in both/],
    ['a task file that is not there', ['run', '--file', 'task.md'], 2, /task\.md could not be read/],
    ['a picture that is none', ['run', 'x', '--image', 'a.txt'], 2, /\.png/],
    ['a folder without a repository', ['run', 'x'], 7, /\[NOT_A_REPOSITORY\][\s\S]*git init/],
    ['a run that is not there', ['show', 'ZZZ'], 2, /There is no run ZZZ here/],
    ['no run at all', ['resume'], 2, /There are no runs here yet/],
    ['a shell that it does not know', ['completion', 'tcsh'], 2, /bash, zsh, fish/],
  ])('refuses %s', async (_name, args, code, message) => {
    const end = await runCli({ cwd: temporaryFolder(), stdin: '' }, ...args);
    expect([end.code, end.stdout]).toEqual([code, '']);
    expect(end.stderr).toMatch(message);
  });

  it.each([
    ['bytes that are no text', 'task.md', Buffer.from([0x50, 0x00, 0xff]), /task\.md is not a text file/],
    ['a key that is none', 'task.json', '{"tsk":"x"}', /does not describe a task[\s\S]*"tsk": did you mean "task"\?/],
    ['what is no JSON', 'task.json', '{', /task\.json is not JSON/],
    ['JSON of another kind', 'task.json', 'null', /does not describe a task/],
  ])('refuses a task file with %s', async (_name, file, content, message) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, file), content);
    const end = await runCli({ cwd }, 'run', '--file', file);
    expect([end.code, end.stdout]).toEqual([2, '']);
    expect(end.stderr).toMatch(message);
  });

  it('looks without leaving a trace', async () => {
    const cwd = temporaryRepository();
    for (const command of ['runs', 'inbox', 'agents', 'automation'])
      expect((await runCli({ cwd }, command)).code).toBe(0);
    expect((await runCli({ cwd }, 'memory', 'list')).stdout).toBe('Nothing was learned here yet.\n');
    expect(existsSync(join(cwd, '.forge'))).toBe(false);
    expect(git(cwd, 'status', '--porcelain')).toBe('');
  });

  it('shows a stack trace only when asked', async () => {
    const cwd = temporaryFolder();
    expect((await runCli({ cwd }, 'show')).stderr).not.toContain('    at ');
    expect((await runCli({ cwd }, 'show', '--debug')).stderr).toContain('    at ');
    expect((await runCli({ cwd, env: { FORGE_DEBUG: '1' } }, 'show')).stderr).toContain('    at ');
  });

  it('obeys NO_COLOR and FORCE_COLOR', async () => {
    const cwd = temporaryFolder();
    const colours = async (...[env, ...args]: [Record<string, string>, ...string[]]): Promise<boolean> =>
      (await runCli({ cwd, env }, 'rnu', ...args)).stderr.includes('\u001B[');
    expect(await colours({})).toBe(false);
    expect(await colours({ FORCE_COLOR: '1' })).toBe(true);
    expect(await colours({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
    expect(await colours({ FORCE_COLOR: '1' }, '--no-color')).toBe(false);
  });

  it('ends quietly when its reader has seen enough', async () => {
    const cwd = temporaryFolder();
    const { spawnSync } = await import('node:child_process');
    const line = `"${process.execPath}" "${entry}" config schema | head -c 10`;
    const { stdout, stderr } = spawnSync('sh', ['-c', line], { cwd, encoding: 'utf8' });
    expect([stdout.length, stderr]).toEqual([10, '']);
  });

  it('completes commands, flags and their values', async () => {
    const cwd = temporaryFolder();
    const complete = async (...words: string[]): Promise<string> =>
      (await runCli({ cwd }, 'complete', '--', ...words)).stdout;
    expect(await complete('ru')).toMatch(/^run\t.*\nruns\t/);
    expect(await complete('memory', 'se')).toMatch(/^search\t/);
    expect(await complete('run', '--b')).toMatch(/^--budget\t/);
    expect(await complete('runs', '--status', 'pa')).toMatch(/^parked/);
    for (const shell of ['bash', 'zsh', 'fish']) {
      expect((await runCli({ cwd }, 'completion', shell)).stdout).toContain('complete -- ');
    }
  });
});

describe('setting up', { timeout: 60_000 }, () => {
  it('writes a configuration that is right and trusted, and never overwrites one', async () => {
    const cwd = temporaryRepository();
    const home = temporaryFolder();
    const env = { HOME: home, ANTHROPIC_API_KEY: 'sk-ant-cli-canary' };
    const forge = (...args: string[]): Promise<CliEnd> => runCli({ cwd: join(cwd, '.'), env }, ...args);
    const made = await forge('init');
    expect(made, made.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Model: anthropic, because ANTHROPIC_API_KEY is set'),
    });
    const text = readFileSync(join(cwd, 'forge.config.ts'), 'utf8');
    expect(text).toContain("provider: 'anthropic'");
    expect(text).not.toContain('canary');

    const again = await forge('init', '--yes');
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('never overwrites');
    expect(readFileSync(join(cwd, 'forge.config.ts'), 'utf8')).toBe(text);

    const checked = await forge('config', 'check');
    expect(checked, checked.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('forge.config.ts') });
    expect((await forge('config', 'path')).stdout.trim()).toContain('forge.config.ts');
    const shown = await forge('config', 'show', 'llm', '--json');
    expect(shown.objects).toContainEqual({
      type: 'setting',
      path: 'llm.provider',
      value: 'anthropic',
      source: expect.stringContaining('forge.config.ts'),
    });
    expect((await forge('config', 'show', 'nothing')).code).toBe(2);
  });

  it('shows a fault of the configuration with its place, and counts them all', async () => {
    const cwd = temporaryRepository();
    writeFileSync(join(cwd, 'forge.config.json'), '{\n  "safety": { "budgetUds": 2 },\n  "concurrency": "many"\n}\n');
    const { code, stderr } = await runCli({ cwd }, 'config', 'check');
    expect(code).toBe(2);
    expect(stderr).toMatch(/✖ forge\.config\.json:2:\d+ .*budgetUds.*did you mean "budgetUsd"/);
    expect(stderr).toMatch(/ > 2 │ {3}"safety"/);
    expect(stderr).toContain('forge.config.json:3:');
  });

  it('prints the schema of the configuration', async () => {
    const { stdout } = await runCli({ cwd: temporaryFolder() }, 'config', 'schema');
    expect(JSON.parse(stdout)).toMatchObject({ type: 'object', properties: { safety: {}, agents: {} } });
  });

  it('finds what a run lacks, and says how to get it', async () => {
    const { code, objects } = await runCli({ cwd: temporaryRepository() }, 'doctor', '--json');
    expect(code).toBe(7);
    expect(objects).toContainEqual(expect.objectContaining({ type: 'check', name: 'git', ok: true }));
    const missing = objects.filter(({ type, ok }) => type === 'check' && ok === false);
    expect(missing).toEqual([
      expect.objectContaining({ name: 'model', fix: expect.stringContaining('ANTHROPIC_API_KEY') }),
    ]);
    expect(objects.at(-1)).toEqual({ type: 'exit', code: 7, missing: 1 });
  });

  it('examines a configuration that cannot be read, too', async () => {
    const cwd = temporaryRepository();
    writeFileSync(join(cwd, 'forge.config.json'), '{ "nonsense": 1 }\n');
    const { code, stdout } = await runCli({ cwd }, 'doctor');
    expect(code).toBe(7);
    expect(stdout).toMatch(/✖ config invalid .*nonsense/);
  });

  it('lists plugins and agents, and shows one', async () => {
    const cwd = temporaryRepository();
    expect((await runCli({ cwd }, 'agents')).stdout).toMatch(/✔ +planner +planner +@forge\/agent-planner/);
    const plugins = (await runCli({ cwd }, 'plugin', 'list')).stdout;
    expect(plugins).toMatch(/✔ in use +@forge\/store-sqlite/);
    expect(plugins).toMatch(/· ready +@forge\/llm-recorded/);
    expect((await runCli({ cwd }, 'plugin', 'info', 'anthropic')).stdout).toMatch(/reads the secret ANTHROPIC_API_KEY/);
    expect(await runCli({ cwd }, 'plugin', 'info', 'nothing')).toMatchObject({ code: 6 });
  });
});

describe('the demo', { timeout: 120_000 }, () => {
  it('goes the whole way without a key, and says of every line that it is recorded', async () => {
    const cwd = temporaryFolder();
    const directory = join(cwd, 'shop');
    const { code, stdout, stderr } = await runCli({ cwd }, 'demo', '--directory', directory);
    expect(code, stderr).toBe(0);
    const lines = `${stderr}${stdout}`.split('\n').filter((line) => line !== '');
    expect(lines.filter((line) => !line.startsWith('▷ REC '))).toEqual([]);
    expect(stdout).toMatch(/Tests before: .*failed.*\. After: \d+ passed/);
    const branch = git(directory, 'branch', '--list', 'forge/*', '--format=%(refname:short)');
    expect(stdout).toContain(branch);
    expect(git(directory, 'status', '--porcelain')).toBe('');
    expect(git(directory, 'log', '--format=%s', `main..${branch}`).split('\n').length).toBeGreaterThanOrEqual(3);
    expect((await runCli({ cwd }, 'demo', '--directory', directory)).code).toBe(2);
  });

  it('can be stopped, and says how to go on', async () => {
    const running = startCli({ cwd: temporaryFolder(), env: { TMPDIR: temporaryFolder() } }, 'demo');
    await running.says('▶ implementation');
    running.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(130);
    expect(stderr).toMatch(/forge resume \w{26}/);
  });
});
