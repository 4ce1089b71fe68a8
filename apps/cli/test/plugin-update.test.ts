import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { archive, name, project } from './plugin-project.ts';

/** A registry of that one package, of which versions are published and named the latest. */
async function startRegistry() {
  const published = new Map<string, Buffer>();
  let latest = '';
  const server = createServer(({ url = '' }, response) => {
    const [, version] = /\/-\/(.+)\.tgz$/.exec(url) ?? [];
    if (version !== undefined) return response.end(published.get(version));
    if (url.replace(/\?.*/, '') !== `/${name}`) return response.writeHead(404).end('{}');
    const versions = [...published].map(([each, bytes]) => {
      const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
      return [each, { name, version: each, dist: { tarball: `${address()}/-/${each}.tgz`, integrity } }] as const;
    });
    return response.end(JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(versions) }));
  }).listen(0, '127.0.0.1');
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: address(),
    publish: (version: string) => void published.set((latest = version), readFileSync(archive(version))),
    call: (version: string) => void (latest = version),
  };
}

test('forge plugin update takes what is newer, and does nothing when nothing is', { timeout: 180_000 }, async () => {
  const registry = await startRegistry();
  registry.publish('1.0.0');
  const { cwd, plugin, lock, version } = project(registry.url);
  const added = await plugin('add', name, '--yes');
  expect(added.code, added.stderr).toBe(0);

  const before = lock();
  const same = await plugin('update', name, '--yes');
  expect([same.code, same.stdout, lock()]).toEqual([0, expect.stringContaining('Nothing is newer'), before]);
  expect(same.stderr).not.toContain('installing');

  registry.publish('1.1.0');
  expect((await plugin('update', name, '--yes')).stdout).toContain('1.1.0 is added');
  // Its author took the newest one back: that is no update.
  registry.call('1.0.0');
  expect((await plugin('update', name, '--yes')).stdout).toContain('Nothing is newer');
  expect(version()).toBe('1.1.0');

  // What was tampered with is not what was approved.
  registry.call('1.1.0');
  appendFileSync(join(cwd, 'node_modules', name, 'index.js'), '// more\n');
  expect((await plugin('update', name, '--yes')).stdout).toContain('1.1.0 is added');

  expect((await plugin('update', name, '--rollback', '--yes')).stdout).toContain('1.0.0 is added');
  expect(version()).toBe('1.0.0');
});

test('of a plugin that came as an archive, no registry is asked for a newer one', { timeout: 180_000 }, async () => {
  const { cwd, plugin } = project();
  const added = await plugin('add', archive('1.0.0'), '--yes');
  expect(added.code, added.stderr).toBe(0);
  for (const flags of [[], ['--rollback']]) {
    const { code, stderr } = await plugin('update', name, ...flags);
    expect([code, stderr]).toEqual([2, expect.stringContaining('came from an archive')]);
  }
  appendFileSync(join(cwd, 'node_modules', name, 'index.js'), '// more\n');
  expect((await plugin('doctor', name)).stdout).toMatch(
    /fix\s+look at it and approve it: forge plugin add <the archive>/,
  );
});
