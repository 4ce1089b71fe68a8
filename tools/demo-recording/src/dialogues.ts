import type { Dialogue } from './dialogue.ts';
import { planning } from './planning.ts';
import { review } from './review.ts';
import { tasks } from './tasks.ts';

/** The whole demo, in the order of a run with one task at a time. */
export const dialogues: readonly Dialogue[] = [planning, ...tasks, ...review];
