import type { PhaseName } from '@forge/plugin-api';
import type { Run } from '../run/run.ts';
import { deploy } from './deployment.ts';
import { implement } from './implementation.ts';
import { plan } from './planning.ts';
import type { PhaseResult, Progress } from './progress.ts';
import { review } from './review.ts';
import { test } from './testing.ts';

export interface Phase {
  readonly name: PhaseName;
  /** Throws when the phase says no: REVIEW_REJECTED, TESTS_FAILED, GATE_REJECTED, … */
  run(run: Run, progress: Progress): Promise<PhaseResult>;
}

/** What a run does. Configuration may leave phases out; their order is this. */
export const phases: readonly Phase[] = [
  { name: 'planning', run: plan },
  { name: 'implementation', run: implement },
  { name: 'review', run: review },
  { name: 'testing', run: test },
  { name: 'deployment', run: deploy },
];
