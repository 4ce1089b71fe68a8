import type { Change, Finding, Plan, ProjectFacts, TestEvidence } from '@forge/plugin-api';

/** What the phases so far have come to. Each phase gets it and gives a new one. */
export interface Progress {
  readonly project: ProjectFacts;
  readonly plan: Plan;
  readonly openFindings: readonly Finding[];
  readonly tests: readonly TestEvidence[];
  /** Set by deployment. */
  readonly delivered?: Change;
  readonly proof?: string;
}

export interface PhaseResult {
  readonly progress: Progress;
  /** For a person, a few words. */
  readonly summary: string;
}
