import { forgeError, type ForgeError, type HumanRequest } from '@forge/plugin-api';

type Shown = Pick<HumanRequest, 'shown'>;

/** What is asked now is not what the decision is about. `seen`: the request that it is about, when that is known. */
export function requestChanged(asked: HumanRequest, seen: Shown | undefined): ForgeError {
  const changed = seen === undefined ? [] : changesOf(seen, asked);
  return forgeError('REQUEST_CHANGED', 'What is asked is not what was shown', {
    where: `request ${asked.id}`,
    why:
      seen === undefined
        ? 'nothing with that hash was shown in this run'
        : changed.map(({ part, words }) => `${part} ${words}`).join('; ') || 'its words changed',
    fix: `look at it again (forge inbox, GET /api/requests/${asked.id}), then decide with its hash`,
    data: {
      requestId: asked.id,
      runId: asked.runId,
      subjectHash: asked.subjectHash,
      changed: changed.map(({ part }) => part),
    },
  });
}

function changesOf(before: Shown, after: Shown): readonly { readonly part: string; readonly words: string }[] {
  const [was, is] = [before.shown ?? {}, after.shown ?? {}];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((part) => was[part] !== is[part])
    .map((part) => ({ part, words: wordsOf(was[part], is[part]) }));
}

/** A hash tells nobody anything. */
function wordsOf(was: string | undefined, is: string | undefined): string {
  if (was === undefined) return 'is new';
  if (is === undefined) return 'is gone';
  return is.startsWith('sha256:') ? 'changed' : `was ${was} and is ${is}`;
}
