import { forgeError } from '@forge/plugin-api';

/**
 * Of what the events of a run mean together; grows when a log needs more than its events to be gone on from.
 * 2: an intent of effect `workspace` names the snapshot that was taken before it.
 */
export const journalVersion = 2;
/** Older logs fold to the same state; where one lacks what its next step needs, that step says so. */
const oldestReadable = 1;

/** Throws JOURNAL_VERSION for a log that this Forge cannot go on from. */
export function refuseOtherJournal(
  runId: string,
  found: { readonly journalVersion: number; readonly forgeVersion: string },
): void {
  if (found.journalVersion >= oldestReadable && found.journalVersion <= journalVersion) return;
  throw forgeError(
    'JOURNAL_VERSION',
    `Run ${runId} has a journal of version ${found.journalVersion}; this Forge goes on from ${oldestReadable} to ${journalVersion}`,
    {
      why: `Forge ${found.forgeVersion} wrote it`,
      fix: `forge resume ${runId} with Forge ${found.forgeVersion}, or forge discard ${runId} and start again`,
      data: { found: found.journalVersion, oldest: oldestReadable, newest: journalVersion },
    },
  );
}
