import {
  forgeError,
  isForgeError,
  type AgentTools,
  type Clock,
  type EventPayload,
  type Json,
  type JsonObject,
  type JsonSchema,
  type RunStore,
  type Tool,
  type ToolContext,
  type ToolOutcome,
  type ToolSpending,
  type ToolSpec,
  z,
} from '@forge/plugin-api';
import type { PassCrashPoint } from '../crash-points.ts';
import { deepFreeze } from '../log/deep-freeze.ts';
import { hashJson } from '../log/hash.ts';
import { maskJson } from '../log/mask-json.ts';
import type { ToldOutcome, UnknownCall } from '../people/ask-outcome.ts';
import type { Workspace } from '../run/run-workspaces.ts';
import type { ExecutionBreakers } from './breakers.ts';
import type { Budget } from './budget.ts';
import type { Circuits } from './circuits.ts';
import type { ExecutionEmit } from './execution-emit.ts';
import { type FolderInstruction, type FolderInstructions, withInstructions } from './folder-instructions.ts';
import type { Journal } from './journal.ts';
import { createSpending, tokensOf } from './spending.ts';
import { throughToolCircuit } from './tool-circuit.ts';

export interface ToolCallerDeps {
  readonly tools: readonly Tool[];
  /** `<runId>/<executionId>`. */
  readonly callPrefix: string;
  readonly budget: Budget;
  readonly breakers: ExecutionBreakers;
  readonly circuits: Circuits;
  readonly journal: Journal;
  readonly emit: ExecutionEmit;
  readonly clock: Clock;
  readonly blobs: Pick<RunStore, 'putBlob' | 'getBlob'>;
  mask(text: string): string;
  readonly signal: AbortSignal;
  /** Throws when the run is to stop: called before each step, so that the one in flight may end. */
  beforeStep(): void;
  /** Right before a deed that others see: rejects when the run is another process's by now. */
  holdLease(): Promise<void>;
  readonly crashPoint: PassCrashPoint;
  readonly instructions: FolderInstructions;
  workspace(): Promise<Pick<Workspace, 'snapshot' | 'restore'>>;
  /** A person's word on a call that must not be repeated. Rejects while there is none, so that the run parks. */
  askOutcome(call: UnknownCall): Promise<ToldOutcome>;
  /** What a tool gets, for one call. */
  context(idempotencyKey: string, signal: AbortSignal, spend: ToolContext['spend']): Promise<ToolContext>;
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
    const effect = tool === undefined ? 'read' : (tool.effect ?? 'once');
    const snapshot = effect === 'workspace' ? await takeSnapshot(call) : undefined;
    const words = describe(tool, name, input);
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

  async function takeSnapshot({ tool, input, ordinal }: PlacedCall): Promise<string> {
    const snapshot = String(ordinal);
    await lastResult;
    await (await deps.workspace()).snapshot(snapshot, await touchedBy(tool, input));
    deps.crashPoint('workspace.kept');
    return snapshot;
  }

  /** Decides by its effect what happens to a call of which only the intent is known. */
  async function goOn(call: PlacedCall, intent: EventPayload<'tool.intent'>): Promise<ToolOutcome> {
    deps.beforeStep();
    breakers.beforeCall();
    const { tool, name, key } = call;
    if (intent.effect === 'read') return again(call, 'it only reads');
    if (intent.effect === 'workspace') {
      if (intent.snapshot === undefined) throw withoutSnapshot(call);
      await (await deps.workspace()).restore(intent.snapshot);
      deps.crashPoint('workspace.restored');
      return again(call, 'the workspace is as it was before it');
    }
    const probed = await probe(tool, key);
    if (probed.done === true) return finish(call, (probed.output ?? null) as Json);
    if (probed.done === false) return again(call, 'it was not carried out');
    if (intent.effect === 'keyed') return again(call, 'it has the same key');
    const { description, input } = intent;
    const told = await deps.askOutcome({ tool: name, input, description, key, why: probed.why });
    if (!told.carriedOut) return again(call, `${told.by} says that it was not carried out`);
    return record(call, toldByPerson(told.by), 0);
  }

  /** A tool that fails to say is one that cannot tell. */
  async function probe(
    tool: Tool | undefined,
    key: string,
  ): Promise<{ done?: boolean; output?: unknown; why?: string }> {
    if (tool?.probe === undefined) return {};
    try {
      return await tool.probe(key, await deps.context(key, signal, () => undefined));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return { why: failed(error).text };
    }
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

  return { specs: deepFreeze(deps.tools.map(specOf)), call };
}

async function succeeded(tool: Tool | undefined, output: Json): Promise<ToolOutcome> {
  const text = (await tool?.render?.(output)) ?? (typeof output === 'string' ? output : JSON.stringify(output));
  return { ok: true, output, text };
}

/** Without an output: what the call gave is not known, and nothing is made up. */
function toldByPerson(by: string): ToolOutcome {
  const text = `Forge was interrupted during this call. ${by} looked and says that it was carried out. What it gave is not known. Do not make it again.`;
  return { ok: true, text, errorCode: 'OUTCOME_UNKNOWN' };
}

function failed(error: unknown): ToolOutcome {
  const message = error instanceof Error ? error.message : String(error);
  if (!isForgeError(error)) return { ok: false, text: message, errorCode: 'TOOL_FAILED' };
  const { why, fix } = error.details;
  return {
    ok: false,
    text: [message, why, fix].filter((part) => part !== undefined).join('\n'),
    errorCode: error.code,
  };
}

/** Undefined when it does not say. A tool that fails to say may change anything. */
async function touchedBy(tool: Tool | undefined, input: JsonObject): Promise<readonly string[] | undefined> {
  try {
    const checked = tool?.touches === undefined ? undefined : tool.schema.input.safeParse(input);
    return checked?.success === true ? await tool?.touches?.(checked.data) : undefined;
  } catch {
    return undefined;
  }
}

function withoutSnapshot({ name, key }: PlacedCall) {
  return forgeError(
    'JOURNAL_VERSION',
    `A call of ${name} was cut, and what the workspace held before it was not kept`,
    {
      where: key,
      why: 'the run was begun by an older version of Forge',
      fix: 'discard the run and start it again',
    },
  );
}

/** Words for a display must not fail a call whose arguments are yet to be checked. */
function describe(tool: Tool | undefined, name: string, input: JsonObject): string | Promise<string> {
  try {
    const words = tool?.describe?.(input) ?? name;
    return typeof words === 'string' ? words : words.catch(() => name);
  } catch {
    return name;
  }
}

/** As a model is told of it. */
export function specOf(tool: Tool): ToolSpec {
  const { $schema: _dialect, ...inputSchema } = z.toJSONSchema(tool.schema.input, { io: 'input' }) as JsonSchema;
  return { name: tool.name, description: tool.description, inputSchema };
}
