import { reapMarked } from '../process/index.ts';
import { createRunProcesses } from '../process/run-processes.ts';
import { createRunWorkspaces, listFolders, openRepository, removeRunDirectory } from '../workspace/index.ts';

/** Where runs stand: git, files and processes. A simulator has one in memory. */
export interface Ground {
  readonly openRepository: typeof openRepository;
  readonly createRunWorkspaces: typeof createRunWorkspaces;
  readonly createRunProcesses: typeof createRunProcesses;
  /** Removes all that a run keeps on disk. */
  readonly removeRunDirectory: typeof removeRunDirectory;
  readonly listFolders: typeof listFolders;
  /** Kills every process whose marker fits. */
  readonly reapMarked: typeof reapMarked;
}

export const realGround: Ground = {
  openRepository,
  createRunWorkspaces,
  createRunProcesses,
  removeRunDirectory,
  listFolders,
  reapMarked,
};
