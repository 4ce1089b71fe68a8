import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { readTrustedFile } from '../../src/trust/read-trusted-file.ts';
import type { Trust, TrustSubject } from '../../src/trust/trust.ts';
import { realPath } from '../../src/state/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Trusts nothing but what it has seen before. */
function trustOf(...known: string[]) {
  const asked: TrustSubject[] = [];
  const trust: Trust = {
    knows: (subject) => known.includes(subject.hash()),
    async require(subjects) {
      asked.push(...subjects);
      const missing = subjects.some((subject) => !known.includes(subject.hash()));
      if (missing) throw forgeError('TRUST_REQUIRED', 'not yet');
    },
  };
  return { trust, asked };
}

const repository = (files: Record<string, string>) => realPath(temporaryFolder(files));

it('gives what the person trusts, in that content and no other', async () => {
  const folder = repository({ '.mcp.json': '{"a":1}' });
  const { trust, asked } = trustOf();
  await expect(readTrustedFile(folder, '.mcp.json', 'mcp', trust)).rejects.toMatchObject({ code: 'TRUST_REQUIRED' });
  expect(asked[0]).toMatchObject({ name: '.mcp.json', what: 'what mcp starts' });
  const seen = trustOf(asked[0]?.hash() ?? '').trust;
  expect(await readTrustedFile(folder, '.mcp.json', 'mcp', seen)).toBe('{"a":1}');
  const changed = repository({ '.mcp.json': '{"a":2}' });
  await expect(readTrustedFile(changed, '.mcp.json', 'mcp', seen)).rejects.toMatchObject({ code: 'TRUST_REQUIRED' });
});

it('asks nothing about a file that is not there', async () => {
  const { trust, asked } = trustOf();
  expect(await readTrustedFile(repository({}), '.mcp.json', 'mcp', trust)).toBeUndefined();
  expect(asked).toEqual([]);
});

it('reads nothing outside the repository, through a link neither', async () => {
  const outside = temporaryFolder({ 'secret.json': '{}' });
  const folder = repository({ x: '' });
  symlinkSync(join(outside, 'secret.json'), join(folder, 'link.json'));
  for (const path of ['link.json', `../${outside.split('/').at(-1)}/secret.json`]) {
    await expect(readTrustedFile(folder, path, 'mcp', trustOf().trust)).rejects.toMatchObject({
      code: 'PERMISSION_MISSING',
    });
  }
});
