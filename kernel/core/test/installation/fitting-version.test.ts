import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { forgeError } from '@forge/plugin-api';
import { expect, it, onTestFinished } from 'vitest';
import { withFittingVersion } from '../../src/installation/fitting-version.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const name = 'forge-plugin-bell';
const unfit = forgeError('PLUGIN_API_RANGE', `"${name}" needs @forge/plugin-api ^9.0.0`, {
  fix: 'another',
  plugin: name,
});

/** What npm would say of a package with these versions, each with its range of the plugin API. */
async function fixFor(ranges: Readonly<Record<string, string | undefined>>, spec = name, error: unknown = unfit) {
  const versions = Object.entries(ranges).map(([version, range]) => [
    version,
    { name, version, dist: {}, ...(range === undefined ? {} : { peerDependencies: { '@forge/plugin-api': range } }) },
  ]);
  const latest = Object.keys(ranges).at(-1);
  const body = JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(versions) as object });
  const server = createServer((_, response) => void response.end(body)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const cwd = temporaryFolder({ 'package.json': {}, '.npmrc': `registry=http://127.0.0.1:${port}/\n` });
  const env = { PATH: process.env['PATH'], HOME: temporaryFolder() };
  const version = spec.split('@')[1] ?? latest ?? '';
  const fetched = {
    spec,
    packageName: name,
    version,
    form: spec.startsWith('.') ? ('folder' as const) : ('package' as const),
  };
  return withFittingVersion(error, fetched, { cwd, env }, new AbortController().signal);
}

it('names the newest version that fits', async () => {
  const ranges = { '1.2.0': '^0.1.0', '1.10.0': '^0.1.0', '1.9.0': undefined, '2.0.0': '^9.0.0' };
  expect(await fixFor(ranges)).toMatchObject({
    code: 'PLUGIN_API_RANGE',
    details: { plugin: name, fix: expect.stringContaining(`forge plugin add ${name}@1.10.0`) },
  });
});

it('says when there is none', async () => {
  const fix = expect.stringContaining('none of its versions');
  expect(await fixFor({ '2.0.0': '^9.0.0' }, `${name}@2.0.0`)).toMatchObject({ details: { fix } });
  expect(await fixFor({ '1.0.0': undefined, '2.0.0': undefined })).toMatchObject({ details: { fix } });
  // Its manifest says something else.
  expect(await fixFor({ '2.0.0': '^0.1.0' })).toMatchObject({ details: { fix } });
});

it('asks nobody for a folder, an archive, or another fault', async () => {
  expect(await fixFor({ '1.0.0': '^0.1.0' }, './bell')).toBe(unfit);
  expect(await fixFor({ '1.0.0': '^0.1.0' }, 'bell.tgz')).toBe(unfit);
  const other = new Error('other');
  expect(await fixFor({ '1.0.0': '^0.1.0' }, name, other)).toBe(other);
});
