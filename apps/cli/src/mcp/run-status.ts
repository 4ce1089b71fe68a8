import { type StoredRequest, z } from '@forge/plugin-api';
import { isOwned } from '../abandoned-runs.ts';
import { viewOf } from '../render/fold-run.ts';
import type { RunView } from '../render/run-view.ts';
import type { StoredRuns } from '../stored-runs.ts';
import type { World } from '../world.ts';
import { isForPeople } from './who-decides.ts';

const step = z.object({ name: z.string(), status: z.string(), summary: z.string() });

/** Something that the run waits for. */
const requestSchema = z.object({
  id: z.string(),
  kind: z.enum(['approval', 'question']),
  reason: z.string(),
  title: z.string(),
  body: z.string(),
  options: z.array(z.object({ id: z.string(), label: z.string() })),
  /** Of what is shown: an approval is for this and nothing else. */
  subjectHash: z.string(),
  /** Whether `answer` takes a decision on it from this client. */
  forYou: z.boolean(),
});

export const runStatusSchema = z.object({
  run: z.string(),
  task: z.string(),
  /** `abandoned`: it counts as running, and its process has ended. */
  status: z.enum(['running', 'abandoned', 'parked', 'completed', 'failed', 'stopped', 'discarded']),
  /** Why it does not go on. */
  reason: z.string().optional(),
  branch: z.string(),
  phases: z.array(step),
  tasks: z.array(step),
  findings: z.object({ open: z.int(), resolved: z.int() }),
  costUsd: z.number(),
  /** Not everything that was used has a known price. */
  unpriced: z.boolean(),
  tokens: z.number(),
  waitsFor: z.array(requestSchema),
  /** What was delivered. */
  change: z.object({ branch: z.string(), commit: z.string(), files: z.array(z.string()) }).optional(),
  lastEvent: z.int(),
});
export type RunStatus = z.output<typeof runStatusSchema>;

/** Where a run is, for a program. */
export async function runStatus(
  store: StoredRuns,
  runId: string,
  { world, allowApprove }: { readonly world: World; readonly allowApprove: boolean },
): Promise<RunStatus> {
  const record = await store.getRun(runId);
  if (record === undefined) throw new Error(`run ${runId} is gone`);
  const [events, requests] = await Promise.all([store.readEvents(runId), store.listRequests({ runId, open: true })]);
  const view = viewOf(events);
  const isAbandoned = record.status === 'running' && !(await isOwned(store, runId, world));
  const { costUsd, tokens, unpriced } = view.spent;
  const reason = reasonOf(view);
  const { change } = view;
  return {
    run: runId,
    task: record.task,
    status: isAbandoned ? 'abandoned' : record.status,
    ...(record.status === 'running' || reason === undefined ? {} : { reason }),
    branch: record.branch,
    phases: view.phases.map(({ name, status, summary }) => ({ name, status, summary })),
    tasks: view.tasks.map(({ id, title, status, problem }) => ({ name: id, status, summary: problem ?? title })),
    findings: {
      open: view.findings.filter(({ state }) => state === 'open').length,
      resolved: view.findings.filter(({ state }) => state === 'resolved').length,
    },
    costUsd,
    unpriced,
    tokens,
    waitsFor: requests.map((request) => shownRequest(request, allowApprove)),
    ...(change === undefined
      ? {}
      : { change: { branch: change.branch, commit: change.commit, files: change.files.map(({ path }) => path) } }),
    lastEvent: view.lastSeq,
  };
}

function shownRequest(request: StoredRequest, allowApprove: boolean): z.output<typeof requestSchema> {
  const { id, kind, reason, title, body, options, subjectHash } = request;
  const forYou = allowApprove || !isForPeople(request);
  return { id, kind, reason, title, body, options: [...options], subjectHash, forYou };
}

function reasonOf({ parked, failure }: RunView): string | undefined {
  const words = parked === undefined ? failure && [failure.message, failure.fix] : [parked.detail, parked.fix];
  return words?.filter((word) => word !== undefined).join('; ');
}
