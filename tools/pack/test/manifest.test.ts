import { expect, test } from 'vitest';
import { publishedManifest } from '../src/manifest.ts';

const versions = { catalog: { zod: '4.6.7', vitest: '5.1.1' }, workspace: { '@forge/core': '0.1.0' } };

test('what npm does not understand becomes exact versions, what only the repository needs goes', () => {
  const manifest = {
    name: '@forge/testkit',
    version: '0.1.0',
    private: true,
    type: 'module',
    scripts: { prepare: 'exit 1' },
    dependencies: { '@forge/core': 'workspace:*', zod: 'catalog:', yaml: '^2.0.0' },
    peerDependencies: { vitest: 'catalog:' },
    devDependencies: { '@forge/secret': 'workspace:*' },
  };
  expect(publishedManifest(manifest, versions)).toEqual({
    name: '@forge/testkit',
    version: '0.1.0',
    type: 'module',
    dependencies: { '@forge/core': '0.1.0', zod: '4.6.7', yaml: '^2.0.0' },
    peerDependencies: { vitest: '5.1.1' },
  });
});

test.each([
  ['workspace:*', '@forge/unknown'],
  ['catalog:', 'left-pad'],
])('%s of something unknown is refused', (range, name) => {
  const manifest = { name: 'forge', version: '0.1.0', dependencies: { [name]: range } };
  expect(() => publishedManifest(manifest, versions)).toThrow(`forge depends on ${name} "${range}"`);
});
