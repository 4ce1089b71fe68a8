import { describe, expect, it } from 'vitest';
import { createMasker, isSecretName, isSecretOption, maskDeep, maskedLogger } from '../src/secrets.ts';

const secret = 'p@ss/w+rd "é" 7\\Zk';

function masker(...values: string[]) {
  const created = createMasker();
  for (const value of values) created.register(value);
  return created;
}

describe('mask', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  it.each<[string, string]>([
    ['plain', secret],
    ['in a URL', `https://x.y/?k=${encodeURIComponent(secret)}&b=1`],
    ['in a URL, small letters', encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ['in a form', new URLSearchParams({ k: secret }).toString()],
    ['in JSON', JSON.stringify({ key: secret })],
    ['in JSON in JSON', JSON.stringify(JSON.stringify({ key: secret }))],
    ['in base64', base64(secret)],
    ['in base64 after one letter', base64(`a${secret}`)],
    ['in base64 after two letters', base64(`ab${secret}`)],
    ['in basic authentication', base64(`user:${secret}`)],
    ['in base64 with more behind', base64(`${secret}:and more`)],
    ['in base64 after one letter with more behind', base64(`a${secret}:and more`)],
    ['in base64 after two letters with more behind', base64(`ab${secret}:and more`)],
    ['in base64 for URLs', Buffer.from(`u:${secret}??>>`).toString('base64url')],
    ['in hexadecimal', Buffer.from(secret).toString('hex')],
  ])('finds a secret %s', (_name, text) => {
    const shown = masker(secret).mask(`before ${text} after`);
    expect(shown).toContain('[masked]');
    expect(shown.startsWith('before ')).toBe(true);
    expect(shown.endsWith(' after')).toBe(true);
    for (const part of [secret, secret.slice(0, 12), base64(secret).slice(4, 16)]) expect(shown).not.toContain(part);
  });

  it('finds every line of a secret with several', () => {
    const key = `first line of the key\nsecond line of the key\n`;
    expect(masker(key).mask('saw "second line of the key" and\r\nfirst line of the key')).toBe(
      'saw "[masked]" and\r\n[masked]',
    );
  });

  it('leaves nothing of the longer of two that begin alike', () => {
    expect(masker('abcdef', 'abcdef-123456').mask('abcdef-123456 abcdef')).toBe('[masked] [masked]');
  });

  it.each([
    ['Anthropic', 'sk-ant-api03-AbCdEf123456_-7890'],
    ['OpenAI', 'sk-proj-AbCdEf1234567890'],
    ['GitHub', `ghp_${'a1'.repeat(18)}`],
    ['GitHub, fine-grained', `github_pat_${'a1'.repeat(30)}`],
    ['GitLab', 'glpat-AbCdEf1234567890xyz'],
    ['npm', `npm_${'a1'.repeat(18)}`],
    ['Slack', 'xoxb-1234567890-abcdefghij'],
    ['AWS', 'AKIAIOSFODNN7EXAMPLE'],
    ['Google', `AIza${'a1-'.repeat(12)}`],
    ['JWT', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl-_'],
    ['private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----'],
  ])('knows tokens of %s without being told', (_name, token) => {
    expect(createMasker().mask(`a ${token} b`)).toBe('a [masked] b');
  });

  it.each([
    'task-list of the sprint',
    'a disk-full error',
    'sha256:3b4f',
    'eyJ is how base64 JSON begins',
    'risk-assessment-of-the-change',
  ])('leaves "%s" alone', (text) => {
    expect(createMasker().mask(text)).toBe(text);
  });

  it('is not told of what is too short to be a secret', () => {
    expect(masker('dev', '', '     ').mask('dev mode')).toBe('dev mode');
    const unset = createMasker();
    unset.register(undefined);
    expect(unset.mask('undefined')).toBe('undefined');
  });

  it('gives a text without secrets back as it is, however large', () => {
    const text = 'const eyes = 1; // risk-free\n'.repeat(200_000);
    expect(masker(secret, 'another-secret-of-mine').mask(text)).toBe(text);
  });
});

describe('names', () => {
  it.each([
    ['ANTHROPIC_API_KEY', true],
    ['GITHUB_TOKEN', true],
    ['DB_PASSWORD', true],
    ['AWS_SECRET', true],
    ['KEYBOARD', false],
    ['MONKEY', false],
    ['TOKENS_PER_MINUTE', false],
    ['PATH', false],
  ])('%s: %s', (name, expected) => {
    expect(isSecretName(name)).toBe(expected);
  });

  it.each([
    ['apiKey', true],
    ['token', true],
    ['clientSecret', true],
    ['baseUrl', false],
    ['maxTokens', false],
  ])('%s: %s', (name, expected) => {
    expect(isSecretOption(name)).toBe(expected);
  });
});

describe('a password in an address', () => {
  it.each([
    ['http://user:secret@host/a', 'http://user:[masked]@host/a'],
    ['see "postgres://:p@ss,w:rd@db:5432/x".', 'see "postgres://:[masked]@db:5432/x".'],
    ['http://a:one@x http://b:two@y', 'http://a:[masked]@x http://b:[masked]@y'],
    ['http://user:[masked]@host', 'http://user:[masked]@host'],
    ['http://host:8080/a@b', 'http://host:8080/a@b'],
    ['http://user@host:80', 'http://user@host:80'],
    ['`http://u:${password}@h`', '`http://u:${password}@h`'],
    ['f"http://u:{password}@h"', 'f"http://u:{password}@h"'],
    ['http://u:$PASSWORD@h', 'http://u:$PASSWORD@h'],
  ])('%s', (text, expected) => {
    expect(masker().mask(text)).toBe(expected);
  });
});

describe('maskDeep', () => {
  it('reaches every text and leaves all else', () => {
    const inner = masker(secret);
    const value = { a: [secret, 1, null], b: { c: `x${secret}`, d: undefined, e: true } };
    expect(maskDeep(inner, value)).toEqual({ a: ['[masked]', 1, null], b: { c: 'x[masked]', d: undefined, e: true } });
    expect(maskDeep(inner, new Error(secret))).toContain('Error: [masked]');
  });
});

describe('maskedLogger', () => {
  it('masks messages and facts of every level', () => {
    const lines: unknown[] = [];
    const note = (...args: unknown[]) => void lines.push(args);
    const log = maskedLogger({ debug: note, info: note, warn: note, error: note }, masker(secret), { plugin: 'p' });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level](`${level} ${secret}`, { key: secret });
    expect(lines).toEqual(
      ['debug', 'info', 'warn', 'error'].map((level) => [`${level} [masked]`, { plugin: 'p', key: '[masked]' }]),
    );
  });
});
