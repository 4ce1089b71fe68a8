import { forgeError, requirementSchema, type StoredRequest, z } from '@forge/plugin-api';
import { isOwned } from '../abandoned-runs.ts';
import { resolveRun } from '../resolve-id.ts';
import { resolveRequest } from '../resolve-request.ts';
import { storedRuns } from '../stored-runs.ts';
import { runStatusSchema } from './run-status.ts';
import { defineMcpTool, type McpTool } from './tool.ts';
import { waitForRun, waitSeconds } from './wait-for-run.ts';
import { isForPeople } from './who-decides.ts';

const run = z.string().describe('Id of a run, or a unique start or end of it.');

const start = defineMcpTool({
  name: 'start',
  title: 'Start a run',
  description:
    'Hands a coding task for this repository to Forge: it plans, implements, reviews and tests, and delivers a branch. Answers at once with the id of the run; ask for it with "status". A run costs money and may wait for a person.',
  input: z.strictObject({
    task: requirementSchema.shape.task.describe('What shall be done, in plain words.'),
    constraints: z.array(z.string()).default([]).describe('What has to hold meanwhile.'),
    acceptanceCriteria: z.array(z.string()).default([]).describe('How to tell that it is done.'),
    planOnly: z.boolean().default(false).describe('End with the plan.'),
    waitSeconds,
  }),
  output: runStatusSchema,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  async run({ planOnly, waitSeconds: seconds, ...requirement }, call) {
    const engine = await call.forge.engine();
    const handle = await engine.start({
      requirement: requirementSchema.parse(requirement),
      directory: call.directory,
      planOnly,
      approve: false,
    });
    call.runs.add(handle);
    return waitForRun(call, handle.id, seconds);
  },
});

const answer = defineMcpTool({
  name: 'answer',
  title: 'Answer what a run asks',
  description:
    'Decides something that a run waits for, as "status" shows it, and goes on with the run. What only a person may decide is refused.',
  input: z.strictObject({
    request: z.string().describe('Id of the request, or of the run that waits for it.'),
    answer: z.string().min(1).optional().describe("For a question: an option's id, or words."),
    approved: z.boolean().optional().describe('For an approval.'),
    subjectHash: z.string().optional().describe('For an approval: of the request as you saw it.'),
    reason: z.string().optional(),
    resume: z.boolean().default(true).describe('Go on with the run.'),
    waitSeconds,
  }),
  output: runStatusSchema,
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  async run(
    { request: given, answer: words, approved, subjectHash, reason, resume: goesOn, waitSeconds: seconds },
    call,
  ) {
    const store = await storedRuns(call.forge);
    const request = await resolveRequest(store, given);
    if (isForPeople(request) && !call.allowApprove) throw onlyPeople(request);
    const verdict = verdictOn(request, { answer: words, approved, subjectHash });
    const engine = await call.forge.engine();
    await engine.decide(request.id, {
      ...verdict,
      ...(reason === undefined ? {} : { reason }),
      by: `${call.world.userName} through ${call.clientName()}`,
      channel: 'mcp',
    });
    const { status } = await resolveRun(store, request.runId);
    if (goesOn && status !== 'running') call.runs.add(await engine.resume(request.runId, { approve: false }));
    return waitForRun(call, request.runId, seconds);
  },
});

const resume = defineMcpTool({
  name: 'resume',
  title: 'Go on with a run',
  description: 'Goes on with a run that is parked, stopped, failed or abandoned. Nothing that is done is done again.',
  input: z.strictObject({ run, waitSeconds }),
  output: runStatusSchema,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  async run({ run: given, waitSeconds: seconds }, call) {
    const { id } = await resolveRun(await storedRuns(call.forge), given);
    call.runs.add(await (await call.forge.engine()).resume(id, { approve: false }));
    return waitForRun(call, id, seconds);
  },
});

const stop = defineMcpTool({
  name: 'stop',
  title: 'Stop a run',
  description: 'Lets the step in flight end, then parks the run. "resume" goes on with it.',
  input: z.strictObject({ run, waitSeconds }),
  output: runStatusSchema,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ run: given, waitSeconds: seconds }, call) {
    const store = await storedRuns(call.forge);
    const { id, status } = await resolveRun(store, given);
    const isWorkedOn = status === 'running' && (await isOwned(store, id, call.world));
    if (isWorkedOn && !call.runs.stop(id)) await store.requestStop(id);
    return waitForRun(call, id, seconds);
  },
});

/** What changes a run. */
export const steerTools: readonly McpTool[] = [start, answer, resume, stop];

type Given = Partial<Record<'answer' | 'subjectHash', string | undefined>> & {
  readonly approved?: boolean | undefined;
};

function verdictOn(request: StoredRequest, { answer: words, approved, subjectHash }: Given) {
  if (request.kind === 'question') {
    if (words === undefined || approved !== undefined) throw misshapen(request, '"answer"');
    return { answer: words, ...(subjectHash === undefined ? {} : { subjectHash }) };
  }
  if (approved === undefined || subjectHash === undefined || words !== undefined)
    throw misshapen(request, '"approved" and "subjectHash"');
  return { approved, subjectHash };
}

function misshapen({ kind, id }: StoredRequest, takes: string) {
  const article = kind === 'approval' ? 'an approval' : 'a question';
  return forgeError('USAGE', `${id} is ${article}: it takes ${takes}`, { fix: 'see it with "status"' });
}

function onlyPeople({ id, kind, title }: StoredRequest) {
  const command = kind === 'question' ? `forge answer ${id} "…"` : `forge approve ${id}, or forge reject ${id}`;
  return forgeError('FORBIDDEN', `Only a person decides that: ${title}`, {
    why: 'this server was started without --allow-approve',
    fix: `ask the person to call ${command}; then go on with "resume"`,
  });
}
