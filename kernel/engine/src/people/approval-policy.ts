import type { Decision, HumanRequest } from '@forge/plugin-api';

/** What `--yes` may answer. All else needs a person who has seen what is shown. */
const answeredByYes: ReadonlySet<string> = new Set(['deployment']);

export function approvalPolicy(yes: boolean, now: () => number): (request: HumanRequest) => Decision | undefined {
  return (request) => {
    // Where certain people are asked, nobody else's word stands for theirs.
    if (!yes || request.kind !== 'approval' || request.levels !== undefined) return undefined;
    if (!answeredByYes.has(request.reason)) return undefined;
    return {
      approved: true,
      by: 'policy:--yes',
      channel: 'policy',
      at: now(),
      reason: 'approved beforehand with --yes',
    };
  };
}
