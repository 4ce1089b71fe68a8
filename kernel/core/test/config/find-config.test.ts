import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findProjectConfig, findUserConfig } from '../../src/config/find-config.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('findProjectConfig', () => {
  it.each(['ts', 'mts', 'js', 'mjs', 'cjs', 'json', 'yaml', 'yml'])('finds forge.config.%s', (extension) => {
    const top = temporaryFolder({ [`forge.config.${extension}`]: '', 'a/b/c': '' });
    expect(findProjectConfig(join(top, 'a/b'), top)).toBe(join(top, `forge.config.${extension}`));
  });

  it('takes the nearest, and looks no higher than the top', () => {
    const top = temporaryFolder({ 'forge.config.json': '', 'a/forge.config.yaml': '', 'a/b/c': '', 'd/e': '' });
    expect(findProjectConfig(join(top, 'a/b'), top)).toBe(join(top, 'a/forge.config.yaml'));
    expect(findProjectConfig(join(top, 'd'), join(top, 'd'))).toBeUndefined();
  });

  it('is not led astray by names that are nearly right', () => {
    const top = temporaryFolder({ 'forge.config.toml': '', 'forge.config.d.ts': '', 'my.forge.config.ts': '' });
    expect(findProjectConfig(top, top)).toBeUndefined();
  });

  it('refuses to choose between two', () => {
    const top = temporaryFolder({ 'forge.config.ts': '', 'forge.config.json': '' });
    expect(() => findProjectConfig(top, top)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('forge.config.json, forge.config.ts'),
      }),
    );
  });

  it('takes a folder that is not there for an empty one', () => {
    expect(findUserConfig('/nowhere/forge')).toBeUndefined();
  });
});
