import {
  forgeError,
  isForgeError,
  type AgentTools,
  type Clock,
  type EventPayload,
  type Json,
  type JsonObject,
  type RunStore,
  type Tool,
  type ToolContext,
  type ToolOutcome,
  type ToolSpec,
  type ToolSpending,
} from '@forge/plugin-api';
import { deepFreeze } from '../log/deep-freeze.ts';
import { hashJson } from '../log/hash.ts';
import { maskJson } from '../log/mask-json.ts';
import type { ExecutionBreakers } from './breakers.ts';
import type { Budget } from './budget.ts';
import type { Circuits } from './circuits.ts';
import { type CutCallDeps, decideCutCall } from './cut-call.ts';
import { describeCall, touchedBy } from './describe-tool.ts';
import type { ExecutionEmit } from './execution-emit.ts';
import { type FolderInstruction, type FolderInstructions, withInstructions } from './folder-instructions.ts';
import type { Journal } from './journal.ts';
import { createSpending, tokensOf } from './spending.ts';
import { throughToolCircuit } from './tool-circuit.ts';
import { failed, succeeded, toldByPerson } from './tool-outcome.ts';

export interface ToolCallerDeps extends CutCallDeps {
  readonly tools: readonly Tool[];
  /** `<runId>/<executionId>`. */
  readonly callPrefix: string;
  readonly budget: Budget;
  readonly breakers: ExecutionBreakers;
  readonly circuits: Circuits;
  readonly journal: Journal;
  readonly emit: ExecutionEmit;
  readonly clock: Clock;
  /** What the agent is told of them. */
  readonly specs: readonly ToolSpec[];
  readonly blobs: Pick<RunStore, 'putBlob' | 'getBlob'>;
  mask(text: string): string;
  /** Throws when the run is to stop: called before each step, so that the one in flight may end. */
  beforeStep(): void;
  /** Right before a deed that others see: rejects when the run is another process's by now. */
  holdLease(): Promise<void>;
  readonly instructions: FolderInstructions;
}

interface PlacedCall {
  readonly name: string;
  readonly input: JsonObject;
  readonly hash: string;
  readonly ordinal: number;
  readonly tool: Tool | undefined;
  /** The same for a repeated call. */
  readonly key: string;
}

/** A text longer than this is kept as a blob beside the log, in characters. */
const inlineText = 64_000;

/** Tool calls of one execution: intent, run, result; each committed before the next. */
export function createToolCaller(deps: ToolCallerDeps): AgentTools {
  const { journal, budget, breakers, circuits, emit, signal, clock } = deps;
  const byName = new Map(deps.tools.map((tool) => [tool.name, tool]));

  /** Calls that change the workspace run one after the other: what one of them found is what it may go back to. */
  let changing: Promise<unknown> = Promise.resolve();
  /** The newest result. What a call may go back to is kept until its result is durable. */
  let lastResult: Promise<unknown> = Promise.resolve();

  async function call(name: string, given: JsonObject): Promise<ToolOutcome> {
    const ordinal = journal.nextOrdinal();
    const input = deepFreeze(structuredClone(given));
    const hash = hashJson(maskJson({ name, input }, deps.mask));
    const recorded = journal.find(ordinal, 'tool', hash);
    const tool = byName.get(name);
    const placed: PlacedCall = { name, input, hash, ordinal, tool, key: `${deps.callPrefix}/${ordinal}` };
    const carryOut = () => (recorded === undefined ? begin(placed) : goOn(placed, recorded.intent));
    let outcome: ToolOutcome;
    if (recorded?.result !== undefined) {
      outcome = await outcomeOf(recorded.result);
    } else if ((recorded?.intent.effect ?? tool?.effect) === 'workspace') {
      const before = changing;
      const mine = before.then(carryOut);
      changing = mine.catch(() => undefined);
      outcome = await mine;
    } else {
      outcome = await carryOut();
    }
    await journal.turnOf(ordinal);
    const hint = breakers.afterToolCall({
      tool: name,
      key: `${name} ${hash.slice(0, 12)} ${hashJson(outcome.text).slice(0, 12)}`,
      failed: !outcome.ok,
    });
    return deepFreeze(hint === undefined ? outcome : { ...outcome, text: `${outcome.text}\n\n${hint}` });
  }

  /** A call that was never made before. */
  async function begin(call: PlacedCall): Promise<ToolOutcome> {
    deps.beforeStep();
    breakers.beforeCall();
    const { tool, name, input, hash, ordinal, key } = call;
    const own = tool === undefined ? 'read' : (tool.effect ?? 'once');
    const changes = own === 'workspace' ? await touchedBy(tool, input) : undefined;
    const effect = changes?.length === 0 ? 'read' : own;
    const snapshot = effect === 'workspace' ? await takeSnapshot(ordinal, changes) : undefined;
    const words = describeCall(tool, name, input);
    const description = typeof words === 'string' ? words : await words;
    // An announced call counts, whatever becomes of it; on resume it is not counted again.
    budget.reserve({ toolCalls: 1 }).commit({ toolCalls: 1 });
    const stored = emit('tool.intent', {
      ordinal,
      tool: name,
      input,
      inputHash: hash,
      effect,
      idempotencyKey: key,
      description,
      ...(snapshot === undefined ? {} : { snapshot }),
    });
    // What only reads may run before its intent is durable: running it again does no harm.
    if (effect === 'read') stored.catch(() => undefined);
    else await stored;
    deps.crashPoint('tool.announced');
    return finish(call, undefined);
  }

  async function takeSnapshot(ordinal: number, paths: readonly string[] | undefined): Promise<string> {
    const snapshot = String(ordinal);
    await lastResult;
    await (await deps.workspace()).snapshot(snapshot, paths);
    deps.crashPoint('workspace.kept');
    return snapshot;
  }

  /** A call of which only the intent is known. */
  async function goOn(call: PlacedCall, intent: EventPayload<'tool.intent'>): Promise<ToolOutcome> {
    deps.beforeStep();
    breakers.beforeCall();
    const decided = await decideCutCall(call, intent, deps);
    if ('again' in decided) return again(call, decided.again);
    if ('gave' in decided) return finish(call, decided.gave);
    return record(call, toldByPerson(decided.toldBy), 0);
  }

  async function again(call: PlacedCall, reason: string): Promise<ToolOutcome> {
    await emit('tool.repeated', { ordinal: call.ordinal, tool: call.name, reason });
    return finish(call, undefined);
  }

  /** Runs it, unless its output is known by now, and writes the result down. */
  async function finish(call: PlacedCall, known: Json | undefined): Promise<ToolOutcome> {
    const startedAt = clock.now();
    const spending = createSpending();
    const found = known === undefined ? await run(call, spending.add) : await succeeded(call.tool, known);
    deps.crashPoint('tool.ran');
    const durationMs = clock.now() - startedAt;
    const touched = found.ok ? ((await touchedBy(call.tool, call.input)) ?? []) : [];
    const around = touched.length === 0 ? [] : await deps.instructions.around(touched);
    return record(call, found, durationMs, { around, spent: spending.total() });
  }

  async function record(
    { name, ordinal }: PlacedCall,
    found: ToolOutcome,
    durationMs: number,
    {
      around = [],
      spent,
    }: { readonly around?: readonly FolderInstruction[]; readonly spent?: ToolSpending | undefined } = {},
  ): Promise<ToolOutcome> {
    // Before anybody sees it: what goes to the model is what the log holds.
    const outcome = maskJson(found, deps.mask);
    const instructions = maskJson(around, deps.mask);
    const blob =
      outcome.text.length > inlineText ? await deps.blobs.putBlob(new TextEncoder().encode(outcome.text)) : undefined;
    lastResult = emit.soon(
      'tool.result',
      {
        ordinal,
        tool: name,
        ok: outcome.ok,
        // Most tools answer with text alone: that is kept once.
        ...(outcome.output === undefined || outcome.output === outcome.text ? {} : { output: outcome.output }),
        text: blob === undefined ? outcome.text : '',
        ...(blob === undefined ? {} : { textBlob: blob }),
        ...(outcome.errorCode === undefined ? {} : { errorCode: outcome.errorCode }),
        ...(instructions.length === 0 ? {} : { instructions: [...instructions] }),
        ...(spent === undefined ? {} : { spent }),
      },
      { durationMs, ...pay(spent) },
    );
    return withInstructions(outcome, instructions);
  }

  /** It is spent already: a limit that it passes holds the next call back. */
  function pay(spent: ToolSpending | undefined): { readonly tokensUsed?: number; readonly costUsd?: number } {
    if (spent === undefined) return {};
    const tokens = tokensOf(spent.usage);
    budget.reserve({}).commit({ tokens, usd: spent.costUsd });
    return { tokensUsed: tokens, ...(spent.costUsd === undefined ? {} : { costUsd: spent.costUsd }) };
  }

  async function run({ tool, name, input, key }: PlacedCall, spend: ToolContext['spend']): Promise<ToolOutcome> {
    try {
      if (tool === undefined) {
        throw forgeError(
          'TOOL_NOT_FOUND',
          `There is no tool "${name}". There are: ${[...byName.keys()].join(', ') || 'none'}`,
        );
      }
      return await throughToolCircuit({ circuits, emit, signal }, tool.name, async () => {
        const context = await deps.context(key, signal, spend);
        await deps.holdLease();
        return succeeded(tool, (await tool.execute(input, context)) as Json);
      });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (isForgeError(error, 'LEASE_LOST')) throw error;
      return failed(error);
    }
  }

  async function outcomeOf(result: EventPayload<'tool.result'>): Promise<ToolOutcome> {
    const text =
      result.textBlob === undefined ? result.text : new TextDecoder().decode(await deps.blobs.getBlob(result.textBlob));
    const outcome = {
      ok: result.ok,
      text,
      output: result.output ?? (result.ok && result.errorCode === undefined ? text : undefined),
      errorCode: result.errorCode,
    };
    const { instructions = [] } = result;
    deps.instructions.know(instructions);
    return withInstructions(outcome, instructions);
  }

  return { specs: deepFreeze([...deps.specs]), call };
}
