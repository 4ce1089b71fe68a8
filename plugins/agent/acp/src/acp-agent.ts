import {
  describeFindings,
  describeInstructions,
  describePlan,
  describeRequirement,
  describeTask,
  fenced,
  paragraphs,
  section,
} from '@forge/briefing';
import {
  type Agent,
  defineAgent,
  type ErrorCode,
  errorTable,
  forgeError,
  type ImplementationInput,
  type PlanTask,
  type ToolSpec,
} from '@forge/plugin-api';
import type { Deed } from './decide-permission.ts';
import { replySchema } from './reply.ts';

/** The tools of Forge without which an agent of Forge itself could not do that. */
const toolsFor: Readonly<Record<Deed, readonly string[]>> = {
  edit: ['fs_write', 'fs_edit'],
  execute: ['shell'],
};

/** Lets another coding agent carry out a task; what it leaves in the workspace is the result. */
export function createAcpAgent(): Agent<'implementer'> {
  return defineAgent({
    id: 'acp',
    type: 'implementer',
    description: 'Lets another coding agent carry out the task, over the Agent Client Protocol',
    async execute(input, ctx) {
      ctx.progress('starting the coding agent');
      const outcome = await ctx.tools.call('acp_prompt', { prompt: promptOf(input), may: mayOf(ctx.tools.specs) });
      if (!outcome.ok) throw forgeError(codeOf(outcome.errorCode), outcome.text);
      const { message, cost, agent } = replySchema.parse(outcome.output);
      if (cost === 'unknown') await ctx.note(`what ${agent} has cost is not known`, 'it did not say so');
      return { summary: message || `${agent} said nothing about what it did`, commit: commitOf(input) };
    },
  });
}

/** It may do what the configuration lets an agent of Forge do. */
function mayOf(specs: readonly ToolSpec[]): Deed[] {
  const names = new Set(specs.map(({ name }) => name));
  return (Object.keys(toolsFor) as Deed[]).filter((deed) => toolsFor[deed].some((name) => names.has(name)));
}

function promptOf({ requirement, plan, task, instructions, feedback }: ImplementationInput): string {
  const { findings = [], failedTests, conflict } = feedback ?? {};
  return paragraphs(
    'Carry out one task of a plan in this checkout. Leave the result in its files; do not commit, push or switch branches. Say at the end what you did and how you checked it.',
    describeRequirement(requirement),
    describePlan(plan),
    describeInstructions(instructions),
    describeTask(task),
    section('Findings to deal with', describeFindings(findings)),
    failedTests === undefined
      ? ''
      : section('Tests that fail', `\`${failedTests.command}\`\n${fenced(failedTests.output)}`),
    conflict === undefined
      ? ''
      : section(
          'Conflict to resolve',
          `Bring both sides together in ${conflict.files.join(', ')} and leave no marks.\n${fenced(conflict.diff)}`,
        ),
  );
}

function commitOf({ task, feedback }: ImplementationInput) {
  return { type: feedback === undefined ? ('feat' as const) : ('fix' as const), subject: subjectOf(task) };
}

function subjectOf({ title }: PlanTask): string {
  const words = title.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '').slice(0, 70);
  return words.charAt(0).toLowerCase() + words.slice(1);
}

function codeOf(code: string | undefined): ErrorCode {
  return code !== undefined && Object.hasOwn(errorTable, code) ? (code as ErrorCode) : 'TOOL_FAILED';
}
