import type { Clock, Logger, RunRecord } from '@forge/plugin-api';
import type { StateFolder } from '../state/state-folder.ts';
import { type Work, workSchema } from './work.ts';

/** What the server has taken on, in memory and as files. */
export interface WorkFiles {
  get(runId: string): Work | undefined;
  list(): readonly Work[];
  keep(work: Work): Promise<void>;
  drop(runId: string): Promise<void>;
  /** What an earlier process left unfinished. `recordOf`: how far the run has come. */
  recover(recordOf: (work: Work) => Promise<RunRecord | undefined>): Promise<readonly Work[]>;
}

/** A run that ended so many processes in a row without getting on is not taken up again. */
const poisonous = 3;
const keepRefusedMs = 24 * 3_600_000;

export function createWorkFiles(folder: StateFolder, { clock, log }: { clock: Clock; log: Logger }): WorkFiles {
  const known = new Map<string, Work>();
  const fileOf = (runId: string): string => `work/${runId}.json`;
  const keep = async (work: Work): Promise<void> => {
    known.set(work.id, work);
    await folder.write(fileOf(work.id), work);
  };
  const drop = async (runId: string): Promise<void> => {
    known.delete(runId);
    await folder.remove(fileOf(runId));
  };

  async function recoverOne(
    found: Work,
    recordOf: (work: Work) => Promise<RunRecord | undefined>,
  ): Promise<Work | undefined> {
    known.set(found.id, found);
    if (found.refused !== undefined) {
      if (clock.now() - found.refused.at > keepRefusedMs) await drop(found.id);
      return undefined;
    }
    if (found.cancelled) {
      await drop(found.id);
      return undefined;
    }
    const record = await recordOf(found);
    const lastSeq = record?.lastSeq ?? 0;
    const recoveries = lastSeq > found.lastSeq ? 1 : found.recoveries + 1;
    if (recoveries > poisonous) log.error(`run ${found.id} ended the server ${poisonous} times without getting on`);
    if (record?.status === 'completed' || record?.status === 'discarded' || recoveries > poisonous) {
      await drop(found.id);
      return undefined;
    }
    const taken = { ...found, lastSeq, recoveries };
    await keep(taken);
    return taken;
  }

  return {
    get: (runId) => known.get(runId),
    list: () => [...known.values()],
    keep,
    drop,
    async recover(recordOf) {
      const recovered: Work[] = [];
      for (const name of await folder.list('work')) {
        try {
          const found = folder.read(name, workSchema);
          const taken = found === undefined ? undefined : await recoverOne(found, recordOf);
          if (taken !== undefined) recovered.push(taken);
        } catch (error) {
          log.warn(`${name} could not be taken up`, { error: String(error) });
        }
      }
      return recovered.sort((left, right) => left.acceptedAt - right.acceptedAt);
    },
  };
}
