import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRunWorkspaces, openRepository, type RunWorkspacesHere } from '../../src/workspace/index.ts';

/** One of a kind: what removes a run kills whatever carries its id, also in a test that runs beside. */
export const RUN_ID = `R-${randomUUID()}`;
export const BRANCH = `forge/${RUN_ID}-task`;

export interface RepositoryFixture {
  /** Everything of the fixture lies in here. */
  readonly directory: string;
  readonly home: string;
  /** The person's repository. */
  readonly root: string;
  readonly runDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Plain git, as the person would call it. */
  git(...args: string[]): string;
  shell(script: string, cwd?: string): string;
  write(path: string, content: string): void;
  commitAll(message: string): string;
  workspaces(clock?: { now(): number }): Promise<RunWorkspacesHere>;
  remove(): void;
}

/** A repository with one commit, and a home of its own beside it. */
export function repositoryFixture(
  options: { readonly empty?: boolean; readonly init?: string } = {},
): RepositoryFixture {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'forge-git-')));
  const [home, root] = [join(directory, 'home'), join(directory, 'repository')];
  mkdirSync(home);
  mkdirSync(root);
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\n\tname = Ann Person\n\temail = ann@example.com\n[init]\n\tdefaultBranch = main\n',
  );
  const env = { PATH: process.env['PATH'] ?? '', HOME: home };
  const run = (file: string, args: string[], cwd = root) =>
    execFileSync(file, args, {
      cwd,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1e8,
    }).trimEnd();
  const fixture: RepositoryFixture = {
    directory,
    home,
    root,
    runDirectory: join(root, '.forge', 'runs', RUN_ID),
    env,
    git: (...args) => run('git', args),
    shell: (script, cwd) => run('/bin/sh', ['-c', script], cwd),
    write(path, content) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    },
    commitAll(message) {
      fixture.git('add', '-A');
      fixture.git('commit', '-q', '-m', message);
      return fixture.git('rev-parse', 'HEAD');
    },
    async workspaces(clock = { now: () => 1_700_000_000_000 }) {
      return createRunWorkspaces({
        repository: await openRepository(root, { env }),
        runId: RUN_ID,
        directory: fixture.runDirectory,
        branch: BRANCH,
        env,
        clock,
      });
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
  fixture.git('init', '-q', ...(options.init === undefined ? [] : [options.init]));
  if (options.empty !== true) {
    fixture.write('README.md', '# Sample\n');
    fixture.write('src/a.txt', 'one\ntwo\nthree\n');
    fixture.write('src/run.sh', '#!/bin/sh\n');
    chmodSync(join(root, 'src/run.sh'), 0o755);
    fixture.write('.gitignore', 'ignored/\n*.log\n.forge/\n');
    fixture.commitAll('first');
  }
  return fixture;
}

/** The commit that a checkout of that name makes, on the run's base, by a shell script. */
export async function changeIn(
  fixture: RepositoryFixture,
  workspaces: RunWorkspacesHere,
  name: string,
  script: string,
): Promise<string> {
  const checkout = await workspaces.checkout(name, workspaces.base.commit);
  fixture.shell(script, checkout.path);
  const commit = await checkout.commit(`feat: ${name}\n\nForge-Run: ${RUN_ID}`);
  if (commit === undefined) throw new Error(`${script} changed nothing`);
  return commit;
}

/** Every entry below a folder with its kind, mode and content; folders named in `without` are left out. */
export function fingerprint(root: string, without: readonly string[] = []): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (path: string) => {
    if (without.includes(path)) return;
    const full = join(root, path);
    const stat = lstatSync(full);
    const mode = (stat.mode & 0o7777).toString(8);
    if (stat.isSymbolicLink()) found[path] = `link ${readlinkSync(full)}`;
    else if (stat.isFile())
      found[path] = `file ${mode} ${createHash('sha256').update(readFileSync(full)).digest('hex')}`;
    else if (stat.isDirectory()) {
      found[path] = `folder ${mode}`;
      for (const name of readdirSync(full)) visit(join(path, name));
    } else found[path] = 'other';
  };
  visit('');
  return found;
}

/** Paths whose fingerprint is not the same. */
export function differences(before: Record<string, string>, after: Record<string, string>): string[] {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...paths].filter((path) => before[path] !== after[path]).toSorted();
}

/** Brings a change of the run's base onto its branch. */
export async function merge(workspaces: RunWorkspacesHere, commit: string) {
  const picked = await workspaces.pick({ base: workspaces.base.commit, commit }, await workspaces.head());
  if (picked.ok) await workspaces.advance(picked.commit);
  return picked;
}
