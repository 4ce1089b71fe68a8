import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGit, type Git } from '../../src/workspace/git.ts';
import { type RepositoryFixture, repositoryFixture } from './repository-fixture.ts';

let fixture: RepositoryFixture;
let git: Git;
beforeEach(() => {
  fixture = repositoryFixture();
  git = createGit({ env: fixture.env, marker: 'test' }, { cwd: fixture.root });
});
afterEach(() => fixture.remove());

describe('git', () => {
  it('fails with the command, its exit code and the end of stderr', async () => {
    const error = await git.run(['rev-parse', '--verify', 'none']).catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'GIT_FAILED',
      message: 'git rev-parse failed: Needed a single revision',
      details: {
        where: fixture.root,
        data: {
          command: ['git', 'rev-parse', '--verify', 'none'],
          exitCode: 128,
          stderr: 'fatal: Needed a single revision',
        },
      },
    });
  });

  it('takes an exit code for an answer when it is told to', async () => {
    expect((await git.run(['diff', '--quiet', 'HEAD'], { answers: [0, 1] })).exitCode).toBe(0);
    fixture.write('README.md', 'x');
    expect((await git.run(['diff', '--quiet', 'HEAD'], { answers: [0, 1] })).exitCode).toBe(1);
  });

  it('never asks, never reaches the network, never signs', async () => {
    const url = 'https://127.0.0.1:1/x.git';
    await expect(git.run(['ls-remote', url])).rejects.toMatchObject({
      code: 'GIT_FAILED',
      message: expect.stringMatching(/not allowed/),
    });
    await expect(git.run(['ls-remote', fixture.root])).rejects.toMatchObject({
      message: expect.stringMatching(/not allowed/),
    });
    fixture.git('config', 'commit.gpgSign', 'true');
    await git.run(['commit', '--allow-empty', '-m', 'x'], { userConfiguration: true });
  });

  it('knows nothing of the person’s own configuration, but when it is asked to', async () => {
    writeFileSync(join(fixture.home, '.gitconfig'), '[x]\n\ty = 1\n');
    expect(await git.text(['config', 'x.y'], { answers: [0, 1] })).toBe('');
    expect(await git.text(['config', 'x.y'], { userConfiguration: true })).toBe('1');
  });

  it('finds no bare repository by itself', async () => {
    mkdirSync(join(fixture.root, 'inner'));
    fixture.shell('git init -q --bare inner');
    await expect(git.at({ cwd: join(fixture.root, 'inner') }).text(['rev-parse', '--git-dir'])).rejects.toMatchObject({
      code: 'GIT_FAILED',
      message: expect.stringMatching(/cannot use bare repository/),
    });
  });

  it('cuts stdout where it is told to', async () => {
    const { stdout, truncated } = await git.run(['cat-file', 'blob', 'HEAD:src/a.txt'], { maxBytes: 5 });
    expect([stdout.toString(), truncated]).toEqual(['one\nt', true]);
  });
});
