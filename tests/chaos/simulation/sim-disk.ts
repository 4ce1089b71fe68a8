import { createHash } from 'node:crypto';
import { baseTree } from './sim-plan.ts';

export type Tree = Readonly<Record<string, string>>;

interface Commit {
  readonly tree: Tree;
  readonly parent: string | undefined;
}

interface SimCheckout {
  base: string;
  files: Record<string, string>;
  snapshots: Map<string, Tree>;
}

interface RunFolder {
  head: string;
  readonly checkouts: Map<string, SimCheckout>;
}

/** Files in the order of their names. */
export function sortedFiles(tree: Tree): readonly (readonly [path: string, text: string])[] {
  return Object.entries(tree).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Git and files, without both: trees are objects, a commit is named by its content. */
export interface SimDisk {
  readonly base: string;
  /** By path. */
  readonly folders: Map<string, RunFolder>;
  /** The person's branches. */
  readonly branches: Map<string, string>;
  commit(tree: Tree, parent: string): string;
  treeOf(commit: string): Tree;
  /** What a commit changed since its base, on top of another one. */
  pick(base: string, change: string, onto: string): string;
  contains(head: string, commit: string): boolean;
  checkoutAt(path: string): SimCheckout | undefined;
}

export function createSimDisk(): SimDisk {
  const commits = new Map<string, Commit>();
  const folders = new Map<string, RunFolder>();

  function add(tree: Tree, parent: string | undefined): string {
    const text = JSON.stringify([sortedFiles(tree), parent]);
    const id = createHash('sha1').update(text).digest('hex');
    commits.set(id, { tree: { ...tree }, parent });
    return id;
  }

  function commitOf(id: string): Commit {
    const found = commits.get(id);
    if (found === undefined) throw new Error(`There is no commit ${id}`);
    return found;
  }

  const base = add(baseTree, undefined);
  return {
    base,
    folders,
    branches: new Map(),
    commit: add,
    treeOf: (id) => commitOf(id).tree,
    pick(base, change, onto) {
      const [before, after, mine] = [base, change, onto].map((id) => commitOf(id).tree) as [Tree, Tree, Tree];
      const paths = Object.keys({ ...before, ...after }).filter((path) => before[path] !== after[path]);
      const clash = paths.find((path) => mine[path] !== before[path] && mine[path] !== after[path]);
      if (clash !== undefined) throw new Error(`Simulated tasks do not touch the same files, but ${clash}`);
      return add({ ...mine, ...Object.fromEntries(paths.map((path) => [path, after[path] ?? ''])) }, onto);
    },
    contains(head, commit) {
      for (let at: string | undefined = head; at !== undefined; at = commitOf(at).parent)
        if (at === commit) return true;
      return false;
    },
    checkoutAt(path) {
      const at = path.indexOf('/checkouts/');
      return folders.get(path.slice(0, at))?.checkouts.get(path.slice(at + '/checkouts/'.length));
    },
  };
}
