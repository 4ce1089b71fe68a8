import { describe, expect, it } from 'vitest';
import { visibilityOf } from '../../src/process/visibility.ts';

const seen = (env: Record<string, string>, hidden: readonly string[] = []) =>
  visibilityOf({ env, hidden, readable: ['/srv/shop/.git/objects'] });

describe('what commands see', () => {
  it('is not the home folder, wherever HOME leads, nor what is the person’s or Forge’s own', () => {
    const { hidden } = seen({ HOME: '/github/home' }, ['/srv/shop', '/srv/shop/.forge']);
    expect(hidden).toEqual(expect.arrayContaining(['/root', '/home', '/github/home', '/srv/shop', '/srv/shop/.forge']));
  });

  it('is what they need of it', () => {
    expect(seen({ HOME: '/home/me', RUSTUP_HOME: '/root/.rustup', PATH: '/home/me/.x/bin:/usr/bin' }).readable).toEqual(
      expect.arrayContaining(['/srv/shop/.git/objects', '/home/me/.nvm', '/root/.rustup', '/home/me/.x', '/usr']),
    );
  });

  it('is never the home folder by way of PATH or a toolchain’s variable', () => {
    const { readable } = seen(
      { HOME: '/home/me', PATH: '/home/me/bin:/root/bin:/root:/bin:relative/bin', GEM_HOME: '/home/me', GOROOT: '/' },
      [],
    );
    for (const path of ['/home/me', '/root', '/home', '/']) expect(readable).not.toContain(path);
    expect(readable).toEqual(expect.arrayContaining(['/home/me/bin', '/root/bin', '/bin']));
  });

  it('is no key that lies among programs', () => {
    const { hidden } = seen({ HOME: '/home/me', PATH: '/root/.cargo/bin' });
    expect(hidden).toEqual(
      expect.arrayContaining([
        '/home/me/.cargo/credentials.toml',
        '/root/.cargo/credentials.toml',
        '/home/me/.bun/.npmrc',
      ]),
    );
  });

  it('is no place of keys that a variable names', () => {
    const env = { HOME: '/h', KUBECONFIG: '/etc/kube/a:/etc/kube/b', SSH_AUTH_SOCK: '/run/agent', NETRC: 'relative' };
    const { hidden } = seen(env);
    expect(hidden).toEqual(expect.arrayContaining(['/etc/kube/a', '/etc/kube/b', '/run/agent']));
    expect(hidden).not.toContain('relative');
  });
});
