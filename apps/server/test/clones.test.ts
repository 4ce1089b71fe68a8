import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startGitHost } from './support/git-host.ts';
import { temporaryFolder } from './support/place.ts';
import { type ServerWorld, startWorld } from './support/real-server.ts';

vi.setConfig({ testTimeout: 120_000 });

const overHttp = { cloneProtocols: ['http' as const], privateCloneHosts: ['127.0.0.1'] };
const git = (cwd: string, ...args: string[]): string => execFileSync('git', args, { cwd, encoding: 'utf8' }).trim();

/** As `waitFor`, with a limit that no machine reaches. */
const until = <Found>(look: () => Promise<Found>): Promise<Found> =>
  vi.waitFor(look, { timeout: 60_000, interval: 50 });

function ready({ client }: Pick<ServerWorld, 'client'>, id: string) {
  return until(async () => {
    const repository = await client.repositories.get(id);
    expect(repository.clone?.state).toBe('ready');
    return repository;
  });
}

function failed({ client }: Pick<ServerWorld, 'client'>, id: string) {
  return until(async () => {
    const { clone } = await client.repositories.get(id);
    expect(clone?.state).toBe('failed');
    return clone?.problem;
  });
}

test('a repository is cloned, a run starts from what is newest there, and its branch is in the clone', async () => {
  const host = await startGitHost();
  const world = await startWorld({ cloneSettings: overHttp, flags: { automation: { level: 4 } } });
  const { client, stateFolder } = world;
  const added = await client.repositories.add({ url: `${host.url}/shop.git` });
  expect(added).toMatchObject({ id: 'shop', url: `${host.url}/shop.git`, clone: { state: 'cloning' } });
  const { path, clone } = await ready(world, 'shop');
  expect(path).toBe(join(stateFolder, 'clones', 'shop'));
  expect(clone?.fetchedAt).toBeGreaterThan(0);
  // Adding it again is nothing new.
  expect(await client.repositories.add({ url: `${host.url}/shop.git` })).toMatchObject({ id: 'shop', path });

  const newest = host.commit('later.txt', 'came later\n');
  const { id } = await client.runs.start({ task: 'Write a greeting', repository: 'shop', approve: true });
  expect(await client.runs.follow(id, { onEvent: () => {} })).toEqual({ status: 'completed' });
  const [started] = (await client.runs.events(id)).items;
  expect(started).toMatchObject({
    type: 'run.started',
    payload: { base: { commit: newest, branch: 'main', dirty: false } },
  });
  const { branch } = await client.runs.get(id);
  expect(git(path, 'show', `${branch}:greeting.js`)).toContain('hello');
  expect(git(path, 'ls-tree', '--name-only', branch)).toContain('later.txt');
  // Nothing is pushed before somebody says so, and nothing of the server's lies in what was cloned.
  expect(host.git('branch', '--list', 'forge/*')).toBe('');
  expect(existsSync(join(path, '.forge'))).toBe(false);

  await until(() => client.repositories.remove('shop'));
  expect(existsSync(path)).toBe(false);
  expect(readdirSync(join(stateFolder, 'clone-state'))).toEqual([]);
});

test('a branch is pushed when somebody says so, to where it is from, and overwrites nothing', async () => {
  const host = await startGitHost();
  host.git('config', 'http.receivepack', 'true');
  const world = await startWorld({ cloneSettings: overHttp, flags: { automation: { level: 4 } } });
  const { client, repository } = world;
  await client.repositories.add({ url: `${host.url}/shop.git`, id: 'shop' });
  await ready(world, 'shop');
  const plan = await client.runs.start({ task: 'Write a greeting', repository: 'shop', planOnly: true });
  const other = await client.runs.start({ task: 'Write a greeting', repository, planOnly: true });
  const { id } = await client.runs.start({ task: 'Write a greeting', repository: 'shop', approve: true });
  for (const run of [plan.id, other.id, id]) await client.runs.follow(run, { onEvent: () => {} });
  const { branch } = await client.runs.get(id);
  expect(await client.runs.push(id)).toEqual({ runId: id, branch, url: `${host.url}/shop.git` });
  expect(host.git('show', `${branch}:greeting.js`)).toContain('hello');
  expect(await client.runs.push(id)).toMatchObject({ branch });

  await expect(client.runs.push(plan.id)).rejects.toMatchObject({ code: 'PUSH_FAILED' });
  await expect(client.runs.push(other.id)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  host.git('update-ref', `refs/heads/${branch}`, host.commit('other.txt', 'somebody else\n'));
  await expect(client.runs.push(id)).rejects.toMatchObject({ code: 'PUSH_FAILED' });
  expect(host.git('show', `${branch}:other.txt`)).toBe('somebody else');
});

test('what the default branch is, and holds, is asked anew for each run', async () => {
  const host = await startGitHost();
  const world = await startWorld({ cloneSettings: overHttp });
  await world.client.repositories.add({ url: `${host.url}/shop.git` });
  const { path } = await ready(world, 'shop');
  const newest = host.commit('trunk.txt', 'on the trunk\n', 'trunk');
  host.git('symbolic-ref', 'HEAD', 'refs/heads/trunk');
  // Even a state folder that comes with it.
  host.commit('.forge/runs.db', 'not a database', 'trunk');
  const last = host.git('rev-parse', 'trunk');
  const { id } = await world.client.runs.start({ task: 'Write a greeting', repository: 'shop', planOnly: true });
  await world.client.runs.follow(id, { onEvent: () => {} });
  const [started] = (await world.client.runs.events(id)).items;
  expect(started).toMatchObject({ payload: { base: { commit: last, branch: 'trunk', dirty: false } } });
  expect(last).not.toBe(newest);
  expect(git(path, 'log', '-1', '--format=%H')).toBe(last);

  // History that was written anew is taken, too, also after a process was killed in the middle of it.
  host.git('update-ref', 'refs/heads/trunk', newest);
  for (const name of ['HEAD', 'index', 'refs/heads/trunk', 'refs/remotes/origin/trunk'])
    writeFileSync(join(path, `.git/${name}.lock`), '');
  const second = await world.client.runs.start({ task: 'Write a greeting', repository: 'shop', planOnly: true });
  expect((await world.client.runs.events(second.id)).items[0]).toMatchObject({ payload: { base: { commit: newest } } });
  await world.client.runs.follow(second.id, { onEvent: () => {} });
});

test('what comes with a repository runs nothing', async () => {
  const host = await startGitHost();
  const traces = temporaryFolder();
  const trace = (name: string) => `touch ${join(traces, name)}`;
  host.commit('.gitattributes', '* filter=evil diff=evil\n');
  host.commit(
    '.gitmodules',
    `[submodule "x"]\n\tpath = x\n\turl = ${host.url}/shop.git\n\tupdate = !${trace('update')}\n`,
  );
  host.commit('hooks/post-checkout', `#!/bin/sh\n${trace('hook')}\n`);
  const home = temporaryFolder();
  // Nor what the machine's own configuration would have git run for it.
  writeFileSync(
    join(home, '.gitconfig'),
    `[filter "evil"]\n\tsmudge = ${trace('smudge')}\n[credential]\n\thelper = !${trace('helper')}\n[core]\n\thooksPath = hooks\n`,
  );
  const world = await startWorld({ cloneSettings: overHttp, env: { HOME: home } });
  await world.client.repositories.add({ url: `${host.url}/shop.git` });
  const { path } = await ready(world, 'shop');
  expect(readFileSync(join(path, 'hooks/post-checkout'), 'utf8')).toContain('touch');
  expect(readdirSync(traces)).toEqual([]);
});

test('credentials come from the environment, go to their host alone, and stand nowhere', async () => {
  const token = 'canary-token-of-the-git-host';
  const host = await startGitHost();
  host.guard(`Basic ${Buffer.from(`robot:${token}`).toString('base64')}`);
  const cloneCredentials = [{ host: `127.0.0.1:${host.port}`, user: 'robot', token: { env: 'SHOP_TOKEN' } }];
  const world = await startWorld({ cloneSettings: { ...overHttp, cloneCredentials }, env: { SHOP_TOKEN: token } });
  await world.client.repositories.add({ url: `${host.url}/shop.git` });
  const { path } = await ready(world, 'shop');
  const written = [readFileSync(join(path, '.git/config'), 'utf8'), JSON.stringify(await world.client.audit())];
  expect(written.join('\n')).not.toMatch(/canary|Y2FuYXJ5|cm9ib3/);

  // Without them, or elsewhere, it is a failure with a reason.
  const bare = await startWorld({ cloneSettings: overHttp });
  await bare.client.repositories.add({ url: `${host.url}/shop.git` });
  expect(await failed(bare, 'shop')).toMatchObject({
    code: 'CLONE_FAILED',
    title: expect.stringContaining('credentials'),
  });
  const elsewhere = await startGitHost();
  await world.client.repositories.add({ url: `${elsewhere.url}/shop.git`, id: 'elsewhere' });
  await ready(world, 'elsewhere');
  expect(elsewhere.asked.map(({ authorization }) => authorization)).not.toContainEqual(expect.anything());
  const unset = await startWorld({ cloneSettings: { ...overHttp, cloneCredentials } });
  await unset.client.repositories.add({ url: `${host.url}/shop.git` });
  expect(await failed(unset, 'shop')).toMatchObject({ title: expect.stringContaining('SHOP_TOKEN') });
});

test('a clone that failed says why, begins no run, and is tried again when it is added again', async () => {
  const host = await startGitHost();
  const world = await startWorld({ cloneSettings: overHttp });
  const url = `${host.url}/other.git`;
  await world.client.repositories.add({ url });
  expect(await failed(world, 'other')).toMatchObject({ code: 'CLONE_FAILED', fix: expect.any(String) });
  await expect(world.client.runs.start({ task: 'x', repository: 'other' })).rejects.toMatchObject({
    code: 'REPOSITORY_NOT_READY',
  });
  git(dirname(host.folder), 'clone', '--quiet', '--bare', host.folder, 'other.git');
  await world.client.repositories.add({ url });
  await ready(world, 'other');
});

test('a host that leads elsewhere is not followed', async () => {
  const host = await startGitHost();
  const inside = await startGitHost();
  host.redirect(`${inside.url}/shop.git/info/refs?service=git-upload-pack`);
  const world = await startWorld({ cloneSettings: overHttp });
  await world.client.repositories.add({ url: `${host.url}/shop.git` });
  expect(await failed(world, 'shop')).toMatchObject({
    code: 'CLONE_FAILED',
    title: expect.stringContaining('elsewhere'),
  });
  expect(inside.asked).toEqual([]);
});

test('a repository that is larger than allowed is given up, and leaves nothing behind', async () => {
  const host = await startGitHost();
  host.commit('large.bin', 'a line that packs well\n'.repeat(200_000));
  const world = await startWorld({ cloneSettings: { ...overHttp, cloneMegabytes: 2 } });
  const { path } = await world.client.repositories.add({ url: `${host.url}/shop.git` });
  expect(await failed(world, 'shop')).toMatchObject({ code: 'CLONE_FAILED', fix: 'raise server.cloneMegabytes' });
  expect(readdirSync(dirname(path))).toEqual([]);
});

test('a repository without a commit, and a host that is not there, are told apart', async () => {
  const host = await startGitHost();
  git(dirname(host.folder), 'init', '--quiet', '--bare', 'empty.git');
  const world = await startWorld({ cloneSettings: overHttp });
  await world.client.repositories.add({ url: `${host.url}/empty.git` });
  await world.client.repositories.add({ url: 'http://127.0.0.1:9/gone.git' });
  expect(await failed(world, 'empty')).toMatchObject({ code: 'REPOSITORY_EMPTY' });
  expect(await failed(world, 'gone')).toMatchObject({ code: 'CLONE_FAILED' });
});

test('while it is cloned it says so; it can be removed, and the next server begins anew', async () => {
  const host = await startGitHost();
  const released = Promise.withResolvers<void>();
  onTestFinished(() => released.resolve());
  host.hold(released.promise);
  const world = await startWorld({ cloneSettings: overHttp });
  const url = `${host.url}/shop.git`;
  await world.client.repositories.add({ url });
  await until(async () => expect(host.asked).not.toEqual([]));
  await expect(world.client.runs.start({ task: 'x', repository: 'shop' })).rejects.toMatchObject({
    code: 'REPOSITORY_NOT_READY',
  });
  await world.client.repositories.add({ url: `${host.url}/shop.git/`, id: 'second' });
  await world.client.repositories.remove('second');
  expect((await world.client.repositories.list()).items.map(({ id }) => id)).not.toContain('second');
  await world.server.close();
  released.resolve();
  const next = await world.restart();
  await ready(next, 'shop');
});

test('a file is cloned where the configuration says so, and nowhere else', async () => {
  const host = await startGitHost();
  const url = `file://${host.folder}`;
  const { client } = await startWorld();
  await expect(client.repositories.add({ url })).rejects.toMatchObject({ code: 'CLONE_FORBIDDEN' });
  await expect(client.repositories.add({ url: 'https://x:y@127.0.0.1/z' })).rejects.toMatchObject({
    code: 'CLONE_FORBIDDEN',
  });
  const world = await startWorld({ cloneSettings: { cloneProtocols: ['file'] } });
  await world.client.repositories.add({ url });
  await ready(world, 'shop');
});
