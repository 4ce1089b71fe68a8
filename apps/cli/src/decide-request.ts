import { exitCodes, forgeError, type StoredRequest } from '@forge/plugin-api';
import { isOwned } from './abandoned-runs.ts';
import type { CommandCall, CommandEnd } from './command.ts';
import { standingWords } from './render/standing-words.ts';
import { answerWords } from './render/option-words.ts';
import { oneLine } from './render/text-width.ts';
import { resolveRequest } from './resolve-request.ts';
import { storedRuns, type StoredRuns } from './stored-runs.ts';
import { withForge } from './with-forge.ts';

export interface DecideOptions {
  readonly reason?: string;
  /** Start of the hash of what was shown: counts for nothing else. */
  readonly hash?: string;
  /** Go on with the run at once. */
  readonly resume?: boolean;
}

type Verdict = { readonly approved?: boolean; readonly answer?: string };

/** Stores a person's decision and says how the run goes on, or goes on with it. */
export async function decideRequest(
  call: CommandCall<DecideOptions>,
  verdictOf: (request: StoredRequest) => Verdict,
): Promise<CommandEnd> {
  const { options, printer, world, words } = call;
  let runId = '';
  let owned = false;
  let isDecided = false;
  const end = await withForge(call, async (forge) => {
    const store = await storedRuns(forge);
    const request = await resolveRequest(store, words[0] ?? '');
    runId = request.runId;
    const { reason } = options;
    const verdict = { ...verdictOf(request), ...(reason === undefined ? {} : { reason }) };
    const subjectHash = await seenHash(store, request, options.hash);
    const by = world.userName;
    const decided = await (await forge.engine()).decide(request.id, { ...verdict, subjectHash, by, channel: 'cli' });
    const standing = decided.decision === undefined ? standingWords(decided, world.clock.now()) : undefined;
    owned = (await store.getRun(runId))?.status === 'running' && (await isOwned(store, runId, world));
    const said =
      verdict.answer === undefined
        ? verdict.approved === true
          ? 'approved'
          : 'rejected'
        : answerWords(verdict.answer, request.options);
    if (standing !== undefined) {
      printer.print(
        { type: 'voted', requestId: request.id, runId, ...verdict },
        `${oneLine(request.title)} — ${said} by ${by}\nWaits for ${oneLine(standing)}`,
      );
      return { code: exitCodes.waiting, runId };
    }
    isDecided = true;
    const next = owned ? `The process that works on run ${runId} goes on.` : `Go on: forge resume ${runId}`;
    printer.print(
      { type: 'decided', requestId: request.id, runId, ...verdict, owned },
      `${oneLine(request.title)} — ${oneLine(said)}${options.resume === true && !owned ? '' : `\n${next}`}`,
    );
    return { code: 0, runId };
  });
  if (options.resume !== true || owned || !isDecided) return end;
  const { resumeRun } = await import('./commands/resume.ts');
  return resumeRun(call, runId, {});
}

/** What the person has seen: what is asked now, unless they say something else. */
async function seenHash(store: StoredRuns, request: StoredRequest, given: string | undefined): Promise<string> {
  if (given === undefined || request.subjectHash.startsWith(given)) return request.subjectHash;
  const shown = await store.listRequests({ runId: request.runId });
  return shown.find(({ subjectHash }) => subjectHash.startsWith(given))?.subjectHash ?? given;
}

/** A request must be of the kind that the command is for. */
export function expectKind(request: StoredRequest, kind: StoredRequest['kind']): void {
  if (request.kind === kind) return;
  const right = request.kind === 'question' ? `forge answer ${request.id} "…"` : `forge approve ${request.id}`;
  throw forgeError('USAGE', `${request.id} is ${request.kind === 'question' ? 'a question' : 'an approval'}`, {
    why: oneLine(request.title),
    fix: right,
  });
}
