import { forgeError, type RunRecord, type RunStatus, type RunStore } from '@forge/plugin-api';
import { oneLine } from './render/text-width.ts';

export interface Candidate {
  readonly id: string;
  /** What a person knows it by. */
  readonly label: string;
}

const mostListed = 8;

/** The one candidate that has this id, or whose id starts or ends with it. USAGE when several do; undefined when none. */
export function matchId<Found extends Candidate>(
  given: string,
  candidates: readonly Found[],
  noun: string,
): Found | undefined {
  const wanted = given.toLowerCase().replace(/^(run|r)_/, '');
  const has = (test: (id: string) => boolean): Found[] => candidates.filter(({ id }) => test(id.toLowerCase()));
  const exact = has((id) => id === wanted);
  const matches = exact.length > 0 ? exact : has((id) => id.startsWith(wanted) || id.endsWith(wanted));
  if (matches.length > 1) throw ambiguous(given, matches, noun);
  return matches[0];
}

/** Which runs a command can mean when it is given none. */
export interface Meant {
  readonly status: readonly RunStatus[];
  readonly fits?: (run: RunRecord) => Promise<boolean>;
  /** What is said when there is none, such as `no run that is running`. */
  readonly none: string;
}

/**
 * A run by its id or a unique part of it; without one the newest, or the newest of those that are meant. Rejects with
 * RUN_NOT_FOUND or USAGE.
 */
export async function resolveRun(
  store: Pick<RunStore, 'getRun' | 'listRuns'>,
  given: string | undefined,
  meant?: Meant,
): Promise<RunRecord> {
  if (given === undefined && meant !== undefined) {
    const found = await newestOf(store, meant);
    if (found !== undefined) return found;
    if ((await store.listRuns({ limit: 1 })).length > 0)
      throw forgeError('RUN_NOT_FOUND', `There is ${meant.none} here`, { fix: 'see what there is: forge runs' });
  }
  if (given !== undefined) {
    const exact = await store.getRun(given);
    if (exact !== undefined) return exact;
  }
  const runs = await store.listRuns({ limit: given === undefined ? 1 : 10_000 });
  const found =
    given === undefined
      ? runs[0]
      : matchId(
          given,
          runs.map((run) => ({ id: run.id, label: `${run.status}  ${oneLine(run.task)}`, run })),
          'run',
        )?.run;
  if (found !== undefined) return found;
  throw given === undefined
    ? forgeError('RUN_NOT_FOUND', 'There are no runs here yet', { fix: 'start one: forge run "<task>"' })
    : forgeError('RUN_NOT_FOUND', `There is no run ${given} here`, { fix: 'see what there is: forge runs' });
}

async function newestOf(store: Pick<RunStore, 'listRuns'>, { status, fits }: Meant): Promise<RunRecord | undefined> {
  for (const run of await store.listRuns({ limit: 10_000, status })) {
    if (fits === undefined || (await fits(run))) return run;
  }
  return undefined;
}

function ambiguous(given: string, matches: readonly Candidate[], noun: string): Error {
  const lines = matches.slice(0, mostListed).map(({ id, label }) => `${id}  ${label.slice(0, 60)}`);
  if (matches.length > mostListed) lines.push(`and ${matches.length - mostListed} more`);
  return forgeError('USAGE', `"${given}" fits more than one ${noun}`, {
    why: lines.join('\n'),
    fix: 'give more of the id',
    data: { matches: matches.map(({ id }) => id) },
  });
}
