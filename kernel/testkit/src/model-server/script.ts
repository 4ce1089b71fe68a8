import { allText, type ModelRequest, turnOf } from './model-request.ts';
import type { Reply } from './reply.ts';

/** Answers a chat request; `undefined` when it has nothing for it. `index` counts the chat requests from 0. */
export type ScriptFunction = (request: ModelRequest, index: number) => Reply | undefined | Promise<Reply | undefined>;

/** A list answers one request after the other in order of arrival; a function decides for itself. */
export type Script = readonly Reply[] | ScriptFunction;

/** Turns a script into a function; a list gives each reply once. */
export function toFunction(script: Script): ScriptFunction {
  if (typeof script === 'function') return script;
  let next = 0;
  return () => script[next++];
}

/** The same reply to every request. */
export const always =
  (reply: Reply): ScriptFunction =>
  () =>
    reply;

/**
 * The reply for the n-th turn of a conversation, told by how often the model has answered in it. Independent of
 * arrival order, of retries and of a restart of the process: the same request gets the same reply.
 */
export const byTurn =
  (replies: readonly Reply[]): ScriptFunction =>
  (request) =>
    replies[turnOf(request)];

export type Match = string | RegExp | ((request: ModelRequest) => boolean);

/** The first case whose mark stands in the system prompt or the conversation, or whose test holds. */
export function whenAsked(...cases: readonly (readonly [Match, Script])[]): ScriptFunction {
  const ready = cases.map(([match, script]) => [matcher(match), toFunction(script)] as const);
  return (request, index) => ready.find(([matches]) => matches(request))?.[1](request, index);
}

function matcher(match: Match): (request: ModelRequest) => boolean {
  if (typeof match === 'function') return match;
  if (typeof match === 'string') return (request) => allText(request).includes(match);
  return (request) => match.test(allText(request));
}

/** One script for a role, or one per task id. */
export type AgentScript = Script | { readonly [taskId: string]: Script };

export interface ByAgentOptions {
  /** Which of the scripted roles asks. Default: told by the system prompt, of Forge's agents or by the role's name. */
  readonly agentOf?: (request: ModelRequest, roles: readonly string[]) => string | undefined;
  /** Which of the scripted tasks is asked for. Default: that of `Your task: … (id)`, else the one named first. */
  readonly taskOf?: (request: ModelRequest, taskIds: readonly string[]) => string | undefined;
}

/**
 * Scripts a whole pipeline: each role, and each task of a role, consumes its own list, so that parallel executions
 * may arrive in any order. A role or task without a script is answered with an error that names it.
 *
 *     byAgent({ planner: [answer(plan)], implementer: { t1: [...], t2: byTurn([...]) }, reviewer: always(answer(ok)) })
 */
export function byAgent(agents: Readonly<Record<string, AgentScript>>, options: ByAgentOptions = {}): ScriptFunction {
  const { agentOf = roleInPrompt, taskOf = taskInPrompt } = options;
  const roles = new Map(Object.entries(agents).map(([role, script]) => [role, toTaskScripts(script)]));
  return (request, index) => {
    const role = agentOf(request, [...roles.keys()]);
    const scripts = role === undefined ? undefined : roles.get(role);
    if (scripts === undefined) return undefined;
    if (typeof scripts === 'function') return scripts(request, index);
    const task = taskOf(request, [...scripts.keys()]);
    return task === undefined ? undefined : scripts.get(task)?.(request, index);
  };
}

/** How Forge's own agents are told what they are; their prompts do not name the role. */
const FORGE_AGENTS: Readonly<Record<string, RegExp>> = {
  planner: /^You plan\b/,
  implementer: /\bcarry out one task\b/,
  reviewer: /^You review\b/,
  tester: /\bhow the tests\b/,
};

function roleInPrompt({ system }: ModelRequest, roles: readonly string[]): string | undefined {
  return roles.find((role) => FORGE_AGENTS[role]?.test(system)) ?? firstNamed(system, roles);
}

function taskInPrompt({ messages }: ModelRequest, taskIds: readonly string[]): string | undefined {
  const text = messages[0]?.text ?? '';
  const own = /^#+ Your task: .*\(([^()]+)\)$/m.exec(text)?.[1];
  return own !== undefined && taskIds.includes(own) ? own : firstNamed(text, taskIds);
}

function toTaskScripts(script: AgentScript): ScriptFunction | Map<string, ScriptFunction> {
  if (typeof script === 'function' || Array.isArray(script)) return toFunction(script as Script);
  return new Map(Object.entries(script).map(([task, own]) => [task, toFunction(own)]));
}

/** Which of the names stands first in the text as a word of its own, whatever its case. */
export function firstNamed(text: string, names: readonly string[]): string | undefined {
  const found = names
    .map((name) => ({ name, at: text.search(new RegExp(`(?<![\\w-])${escaped(name)}(?![\\w-])`, 'i')) }))
    .filter(({ at }) => at !== -1);
  return found.sort((a, b) => a.at - b.at || b.name.length - a.name.length)[0]?.name;
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
