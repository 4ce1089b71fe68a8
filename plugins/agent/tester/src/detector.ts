import type { ProjectView } from './project-view.ts';
import type { TestRunner } from '@forge/plugin-api';

export interface Detection {
  readonly runner: TestRunner;
  readonly command: readonly string[];
  /** Commands that prepare a fresh checkout. */
  readonly setup: readonly (readonly string[])[];
  /** What was seen, for a person. */
  readonly reason: string;
}

export interface Detector {
  readonly name: string;
  /** Its language's: of several detectors that fit, the one with the most files is right. */
  readonly extensions: readonly string[];
  /** Undefined: not a project of this make, or one without tests. */
  detect(view: ProjectView): Detection | undefined;
}
