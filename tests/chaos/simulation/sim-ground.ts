import { createHash } from 'node:crypto';
import type { Ground } from '@forge/engine';
import type { Tree } from './sim-disk.ts';
import { baseTree } from './sim-plan.ts';
import type { SimProcess } from './sim-process.ts';
import type { SimWorld } from './sim-world.ts';

type Workspaces = Awaited<ReturnType<Ground['createRunWorkspaces']>>;
type Checkout = Awaited<ReturnType<Workspaces['checkout']>>;
type Processes = Awaited<ReturnType<Ground['createRunProcesses']>>;

const root = '/simulated';
const mostMs = 50;

/** Git, files and commands of one process: each step takes a while, and the process may die around it. */
export function createSimGround(world: SimWorld, process: SimProcess): Ground {
  const { disk } = world;
  const act = <T>(deed: () => T | Promise<T>) => process.act(mostMs, deed);
  return {
    openRepository: () =>
      act(() => ({
        root,
        gitDirectory: `${root}/.git`,
        commonDirectory: `${root}/.git`,
        commit: disk.base,
        branch: 'main',
        dirty: false,
        shallow: false,
        objectFormat: 'sha1' as const,
        configuration: {
          identity: { name: 'Forge', email: 'forge@localhost' },
          neutral: [],
          carried: [],
          excludesFile: undefined,
          partialClone: false,
        },
      })),
    async createRunWorkspaces({ directory, branch }) {
      await act(() => {
        if (disk.folders.has(directory) || disk.branches.has(branch)) return;
        disk.folders.set(directory, { head: disk.base, checkouts: new Map() });
      });
      return workspacesIn(world, directory, act);
    },
    createRunProcesses: async ({ runId, ownerId }) => processesOf(world, process, `@${ownerId}#`, runId),
    removeRunDirectory: (directory) => act(() => removeFolder(world, directory)),
    listFolders: (path) => act(() => [...disk.folders.keys()].map((folder) => folder.slice(path.length + 1))),
    reapMarked: (fits) => act(() => reap(world, fits)),
  };
}

function workspacesIn(
  world: SimWorld,
  directory: string,
  act: <T>(deed: () => T | Promise<T>) => Promise<T>,
): Workspaces {
  const { disk, bug } = world;
  const folder = () => {
    const found = disk.folders.get(directory);
    if (found === undefined) throw new Error(`${directory} is gone`);
    return found;
  };

  function checkoutOf(name: string, base: string): Checkout {
    const here = () => {
      const found = folder().checkouts.get(name);
      if (found === undefined) throw new Error(`The checkout ${name} is gone`);
      return found;
    };
    const back = (tree: Tree) => {
      if (bug !== 'no way back') here().files = { ...tree };
    };
    return {
      path: `${directory}/checkouts/${name}`,
      base,
      commit: () =>
        act(() => {
          const { files } = here();
          const isSame = JSON.stringify(files) === JSON.stringify(disk.treeOf(base));
          return isSame ? undefined : disk.commit(files, base);
        }),
      snapshot: (name) => act(() => void here().snapshots.set(name, { ...here().files })),
      restore: (name) => act(() => back(here().snapshots.get(name) ?? {})),
      reset: () => act(() => back(disk.treeOf(base))),
    };
  }

  return {
    writable: [],
    base: { commit: disk.base, branch: 'main', dirty: false },
    facts: () =>
      act(() => ({
        files: Object.keys(baseTree),
        fileCount: 1,
        languages: { md: 1 },
        manifests: {},
        readme: '',
        instructions: '',
      })),
    instructionFiles: () => act(() => []),
    head: () => act(() => folder().head),
    checkout: (name, base, { fresh = false } = {}) =>
      act(() => {
        const known = folder().checkouts.get(name);
        if (fresh || known?.base !== base)
          folder().checkouts.set(name, { base, files: { ...disk.treeOf(base) }, snapshots: new Map() });
        return checkoutOf(name, base);
      }),
    pick: ({ base, commit }, onto) =>
      act(() => {
        if (base === onto) return { ok: true as const, commit };
        const picked = bug === 'last one wins' ? disk.commit(disk.treeOf(commit), onto) : disk.pick(base, commit, onto);
        return { ok: true as const, commit: picked };
      }),
    replant: (content, onto) => act(() => disk.commit(disk.treeOf(content), onto)),
    resolutionFaults: () => act(() => []),
    advance: (commit) =>
      act(() => {
        const { head } = folder();
        if (disk.contains(head, commit)) return;
        if (!disk.contains(commit, head)) throw new Error(`${commit} does not continue the branch`);
        folder().head = commit;
      }),
    changedFiles: (from, to) =>
      act(() => {
        const [before, after] = [disk.treeOf(from), disk.treeOf(to)];
        const paths = Object.keys(after).filter((path) => before[path] !== after[path]);
        return paths.map((path) => ({ path, added: 1, removed: 0 }));
      }),
    diff: (from, to) => act(() => `${from}..${to}`),
    readFile: (commit, path) => act(() => disk.treeOf(commit)[path]),
    listFiles: (commit) => act(() => Object.keys(disk.treeOf(commit))),
    reword: async (commit) => commit,
    deliver: (branch, commit) => act(() => void disk.branches.set(branch, commit)),
    wholeDiff: () => act(() => ''),
    remove: () => act(() => removeFolder(world, directory)),
  };
}

function removeFolder({ disk, bug }: SimWorld, directory: string): void {
  if (bug !== 'left folders') disk.folders.delete(directory);
}

function processesOf(world: SimWorld, process: SimProcess, ours: string, runId: string): Processes {
  const act = (deed: () => void) => process.act(mostMs, deed);
  const place = { home: `${root}/home`, temporary: `${root}/tmp` };
  return {
    runner: {
      async run({ marker }) {
        const number = world.newNumber();
        await act(() => void world.commands.set(number, `${marker}${ours}`));
        await act(() => void world.commands.delete(number));
        return {
          exitCode: 0,
          signal: undefined,
          timedOut: false,
          aborted: false,
          leftovers: 0,
          startFailure: undefined,
          durationMs: 1,
          output: {
            text: 'ok',
            truncated: false,
            totalBytes: 2,
            sha256: createHash('sha256').update('ok').digest('hex'),
            blob: undefined,
          },
        };
      },
      converse: () => Promise.reject(new Error('nobody talks with a program here')),
      close: () => undefined,
    },
    privatePlace: async () => place,
    freshPlace: async () => place,
    environment: () => ({}),
    visibility: { hidden: [], readable: [] },
    workerPlace: async () => ({ cwd: root, env: {} }),
    reap: (marker) => act(() => void reap(world, (found) => found.startsWith(`${marker}${ours}`))),
    reapAll: () => act(() => void reap(world, (found) => found.startsWith(`${runId}/`))),
    close: () => act(() => void reap(world, (found) => found.endsWith(ours))),
  };
}

function reap({ commands: running, bug }: SimWorld, fits: (marker: string) => boolean) {
  const found = bug === 'left commands' ? [] : [...running].filter(([, marker]) => fits(marker));
  for (const [number] of found) running.delete(number);
  return { killed: found.length, survivors: [] };
}
