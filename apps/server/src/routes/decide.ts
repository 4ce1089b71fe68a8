import { type DecisionGrant, type Forge, mayBeLinkOf } from '@forge/core';
import { approvalStanding, faultsOf, forgeError, isForgeError, type StoredRequest, z } from '@forge/plugin-api';
import { allows } from '@forge/sdk';
import type { Context } from 'hono';
import type { Actor } from '../auth/tokens.ts';
import { zodFaults } from '../http/zod-faults.ts';
import { problemOf } from '../http/problem.ts';
import type { ServerApp, ServerEnvironment } from '../http/environment.ts';
import { decidePage, messagePage, pageHeaders } from './decide-page.ts';
import type { RouteDeps } from './route-deps.ts';

/** The holder of a link is somebody, and nobody knows who; runs are gone on with in that name. */
const holder: Actor = { id: 'decision-link', name: 'decision-link', scopes: ['approve', 'run'] };

const formSchema = z.object({
  approved: z.enum(['yes', 'no']).optional(),
  answer: z.string().trim().max(10_000).optional(),
  reason: z.string().trim().max(2_000).optional(),
  /** Of a person whose word it takes. */
  token: z.string().trim().max(200).optional(),
});

/**
 * Where links in messages lead. Asking for the page decides nothing, because programs that show what a link leads to do
 * that, too; the button on it does. A link is good for one request as it was shown, for twelve hours, and once. Where certain
 * people are asked, it shows what is asked, and takes the token of one of them to decide.
 */
export function addDecideRoutes(app: ServerApp, { repositories, hosts, runs, audit, tokens, clock }: RouteDeps): void {
  async function open(
    token: string,
  ): Promise<{ forge: Forge; grant: DecisionGrant; request: StoredRequest; task: string }> {
    // A link says of which repository it is, so that a wrong one opens none.
    for (const repository of repositories.list().filter(({ path }) => mayBeLinkOf(token, path))) {
      const forge = await hosts.of(repository).catch(() => undefined);
      const grant = await forge?.decisionLinks.read(token);
      if (forge === undefined || grant === undefined) continue;
      const store = await forge.store();
      const request = await store.getRequest(grant.requestId);
      if (request === undefined) continue;
      if (request.decision !== undefined)
        throw forgeError('REQUEST_DECIDED', `This was decided by ${request.decision.by}`);
      if (request.subjectHash !== grant.subjectHash)
        throw forgeError('REQUEST_CHANGED', 'What is asked is not what this link was made for', {
          fix: 'look at what waits for you: forge inbox',
        });
      return { forge, grant, request, task: (await store.getRun(request.runId))?.task ?? '' };
    }
    throw forgeError('FORBIDDEN', 'This link is not valid, or not any more', {
      fix: 'look at what waits for you: forge inbox',
    });
  }

  async function answering(context: Context<ServerEnvironment>, act: () => Promise<string>): Promise<Response> {
    try {
      return context.html(await act(), 200, pageHeaders);
    } catch (error) {
      if (!isForgeError(error) && !(error instanceof Error && error.name === 'ForgeFaults')) throw error;
      const [fault] = faultsOf(error);
      const page = messagePage(fault?.message ?? '', fault?.details.fix);
      return context.html(page, problemOf(error).status as 400, pageHeaders);
    }
  }

  function personOf(token = ''): Actor {
    const actor = tokens.actorOf(token);
    if (allows(actor.scopes, 'approve')) return actor;
    throw forgeError('FORBIDDEN', 'This takes a token with the scope approve', {
      fix: `forge token create <name> --scope approve`,
    });
  }

  app.get('/decide/:token', (context) =>
    answering(context, async () => {
      const { request, task } = await open(context.req.param('token'));
      return decidePage(request, task, peopleAsked(request, clock.now()));
    }),
  );
  app.post('/decide/:token', (context) =>
    answering(context, async () => {
      const { forge, grant, request } = await open(context.req.param('token'));
      const parsed = formSchema.safeParse(await context.req.parseBody());
      if (!parsed.success) throw zodFaults(parsed.error);
      const word = wordOf(request, parsed.data);
      const people = peopleAsked(request, clock.now());
      const actor = people === undefined ? holder : personOf(parsed.data.token);
      const ended = await audit.asked(actor, 'decideByLink', `/decide/${request.id}`);
      const decided = await (await forge.engine())
        .decide(request.id, { ...word, subjectHash: grant.subjectHash, by: actor.name, channel: 'link' })
        .catch(async (error: unknown) => {
          await ended(problemOf(error).status);
          throw error;
        });
      await ended(200);
      const isOpen = decided.decision === undefined;
      if (!isOpen && (await runs.get(request.runId)).status === 'parked') await runs.resume(request.runId, {}, holder);
      return messagePage(
        isOpen ? 'Your word counts. Others have to say theirs, too.' : 'It is decided, and the run goes on.',
      );
    }),
  );
}

/** Those of the level that is asked now; undefined where anybody may decide. */
function peopleAsked(request: StoredRequest, now: number): readonly string[] | undefined {
  const approvers = approvalStanding(request, now)?.asked.approvers;
  return approvers?.includes('*') === true ? undefined : approvers;
}

function wordOf({ kind, options }: StoredRequest, { approved, answer, reason }: z.output<typeof formSchema>) {
  const why = reason === undefined || reason === '' ? {} : { reason };
  if (kind === 'approval' && approved !== undefined) return { approved: approved === 'yes', ...why };
  if (kind === 'question' && answer !== undefined && answer !== '') return { answer, ...why };
  throw forgeError('INPUT_INVALID', kind === 'approval' ? 'Neither yes nor no was said' : 'Nothing was answered', {
    fix: options.length === 0 ? 'go back and say it' : 'go back and choose',
  });
}
