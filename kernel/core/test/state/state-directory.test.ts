import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureStateDirectory } from '../../src/state/state-directory.ts';

let root: string;
let state: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'forge-state-'));
  state = join(root, '.forge');
});
afterEach(() => rmSync(root, { recursive: true }));

describe('the state directory', () => {
  it('is made with a .gitignore that covers itself, once', async () => {
    await Promise.all([ensureStateDirectory(state), ensureStateDirectory(state)]);
    expect(readFileSync(join(state, '.gitignore'), 'utf8')).toBe('*\n');
    writeFileSync(join(state, '.gitignore'), 'mine');
    await ensureStateDirectory(state);
    expect(readFileSync(join(state, '.gitignore'), 'utf8')).toBe('mine');
  });

  it('is open to nobody else, also when it was there before', async () => {
    const mode = () => statSync(state).mode & 0o777;
    await ensureStateDirectory(state);
    expect(mode()).toBe(0o700);
    chmodSync(state, 0o755);
    await ensureStateDirectory(state);
    expect(mode()).toBe(0o700);
  });

  const TRICKS: { name: string; lay: (elsewhere: string) => void }[] = [
    { name: 'a link to a folder', lay: (elsewhere) => symlinkSync(elsewhere, state) },
    { name: 'a link to nothing', lay: () => symlinkSync(join(root, 'none'), state) },
    { name: 'a file', lay: () => writeFileSync(state, '') },
    {
      name: 'a .gitignore that is a link',
      lay: (elsewhere) => {
        mkdirSync(state);
        symlinkSync(join(elsewhere, 'x'), join(state, '.gitignore'));
      },
    },
    ...['runs', 'runs.db', 'blobs'].map((name) => ({
      name: `a folder whose ${name} is a link`,
      lay: (elsewhere: string) => {
        mkdirSync(state);
        symlinkSync(join(elsewhere, 'x'), join(state, name));
      },
    })),
  ];
  it.each(TRICKS)('is refused when it is $name, and nothing is written elsewhere', async ({ lay }) => {
    const elsewhere = join(root, 'elsewhere');
    mkdirSync(elsewhere);
    lay(elsewhere);
    await expect(ensureStateDirectory(state)).rejects.toMatchObject({ code: 'TRUST_REQUIRED' });
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(readdirSync(root)).not.toContain('none');
  });
});
