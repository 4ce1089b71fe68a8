import type { Plan, PlanTask } from '@forge/plugin-api';
import { bullets, paragraphs, section } from './markdown.ts';

/** The plan in short: its aim, what was assumed, and one line for each task. */
export function describePlan({ summary, assumptions, tasks }: Plan): string {
  return paragraphs(
    section('Plan', `${summary}\n${bullets(tasks.map(taskLine))}`),
    section('Decided or assumed', bullets(assumptions)),
  );
}

/** One task with everything that the plan says about it. */
export function describeTask({ id, title, goal, files, acceptance }: PlanTask): string {
  return paragraphs(
    section(`Your task: ${title} (${id})`, goal),
    section('Files expected', bullets(files)),
    section('Done when', bullets(acceptance)),
  );
}

function taskLine({ id, title, dependencies }: PlanTask): string {
  return dependencies.length === 0 ? `${id}: ${title}` : `${id}: ${title} (after ${dependencies.join(', ')})`;
}
