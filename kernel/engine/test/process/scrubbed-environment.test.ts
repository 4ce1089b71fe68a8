import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scrubbedEnvironment } from '../../src/process/index.ts';
import { type CommandFixture, commandFixture } from './command-fixture.ts';

let fixture: CommandFixture;
beforeEach(() => {
  fixture = commandFixture();
});
afterEach(() => fixture.remove());

const CANARY = 'canary-7f3a';
/** Names under which secrets live in real environments. */
const SECRET_NAMES = [
  ...['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
  ...['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'GOOGLE_APPLICATION_CREDENTIALS', 'AZURE_CLIENT_SECRET', 'GITHUB_TOKEN'],
  ...['GH_TOKEN', 'GITLAB_TOKEN', 'NPM_TOKEN', 'NODE_AUTH_TOKEN', 'npm_config__authToken', 'SSH_AUTH_SOCK'],
  ...['GPG_AGENT_INFO', 'DATABASE_URL', 'PGPASSWORD', 'REDIS_URL', 'SLACK_BOT_TOKEN', 'STRIPE_SECRET_KEY'],
  ...['DOCKER_AUTH_CONFIG', 'KUBECONFIG', 'VAULT_TOKEN', 'FORGE_HOME', 'FORGE_API_TOKEN', 'GIT_ASKPASS'],
  ...['NODE_OPTIONS', 'LD_PRELOAD', 'BASH_ENV', 'XDG_CONFIG_HOME', 'DBUS_SESSION_BUS_ADDRESS', 'MY_COMPANY_PASSWORD'],
];
/** Secrets in values of names that do pass. */
const SECRET_VALUES = {
  HTTPS_PROXY: `http://user:${CANARY}@proxy:8080`,
  ALL_PROXY: `socks5://${CANARY}@proxy`,
  npm_config_registry: `https://registry.example/?token=${CANARY}`,
  PIP_INDEX_URL: `https://__token__:${CANARY}@pypi.example/simple`,
  GOPROXY: `https://x:${CANARY}@goproxy.example`,
  GOFLAGS: `-ldflags=ghp_${CANARY}0123456789abcdef`,
  LANGUAGE: `sk-ant-api03-${CANARY}-0123456789`,
};

function scrub(source: Record<string, string>, allow: string[] = []) {
  return scrubbedEnvironment({ source, home: '/private/home', temporaryDirectory: '/private/tmp', allow });
}

describe('scrubbed environment', () => {
  it(`shows none of ${SECRET_NAMES.length + Object.keys(SECRET_VALUES).length} planted canaries to a command`, async () => {
    const planted = Object.fromEntries(SECRET_NAMES.map((name) => [name, `${CANARY}-${name}`]));
    const env = scrub({ ...process.env, ...planted, ...SECRET_VALUES } as Record<string, string>);
    const result = await fixture.shell('env; cat /proc/self/environ', { env });
    expect(result.exitCode).toBe(0);
    expect(result.output.text).toContain('HOME=/private/home');
    expect(result.output.text).not.toContain(CANARY);
  });

  it('passes on what tools need', () => {
    const needed = {
      PATH: '/usr/bin',
      LANG: 'de_DE.UTF-8',
      JAVA_HOME: '/opt/java',
      HTTPS_PROXY: 'http://proxy:8080',
      npm_config_registry: 'https://registry.example/npm',
    };
    expect(scrub(needed)).toMatchObject(needed);
  });

  it('sets home, temporary folder and a quiet terminal itself', () => {
    const own = { HOME: '/private/home', TMPDIR: '/private/tmp', TERM: 'dumb', CI: 'true', NO_COLOR: '1' };
    expect(scrub({ HOME: '/home/someone', TMPDIR: '/x', TERM: 'xterm' })).toMatchObject(own);
  });

  it('has a PATH when there is none', () => {
    expect(scrub({}).PATH).toBe('/usr/local/bin:/usr/bin:/bin');
  });

  it.each([
    { path: './node_modules/.bin:/usr/bin', seen: '/usr/bin' },
    { path: '/usr/bin::bin', seen: '/usr/bin' },
    { path: '.', seen: '/usr/local/bin:/usr/bin:/bin' },
  ])('finds no program of a checkout by PATH=$path', ({ path, seen }) => {
    expect(scrub({ PATH: path }).PATH).toBe(seen);
  });

  it('lets through what the user allows by name, and nothing that is like it', () => {
    const scrubbed = scrub({ MY_TOKEN: 'a', MY_TOKEN_2: 'b' }, ['MY_TOKEN', 'NOT_SET']);
    expect(scrubbed).toMatchObject({ MY_TOKEN: 'a' });
    expect(Object.keys(scrubbed)).not.toContain('MY_TOKEN_2');
    expect(Object.keys(scrubbed)).not.toContain('NOT_SET');
  });

  it('tells toolchains of the home folder where they are, when PATH uses them', () => {
    const source = { HOME: '/home/ann', PATH: '/home/ann/.cargo/bin:/home/ann/.pyenv/shims:/usr/bin' };
    expect(scrub(source)).toMatchObject({ RUSTUP_HOME: '/home/ann/.rustup', PYENV_ROOT: '/home/ann/.pyenv' });
    expect(Object.keys(scrub({ ...source, PATH: '/usr/bin' }))).not.toContain('RUSTUP_HOME');
    expect(scrub({ ...source, RUSTUP_HOME: '/opt/rustup' })).toMatchObject({ RUSTUP_HOME: '/opt/rustup' });
  });
});
