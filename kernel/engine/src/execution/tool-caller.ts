import {
  forgeError,
  isForgeError,
  type AgentTools,
  type Clock,
  type Effect,
  type EventPayload,
  type Json,
  type JsonObject,
  type JsonSchema,
  type RunStore,
  type Tool,
  type ToolContext,
  type ToolOutcome,
  type ToolSpec,
  z,
} from '@forge/plugin-api';
import type { PassCrashPoint } from '../crash-points.ts';
import { deepFreeze } from '../log/deep-freeze.ts';
import { hashJson } from '../log/hash.ts';
import { maskJson } from '../log/mask-json.ts';
import type { ExecutionBreakers } from './breakers.ts';
import type { ExecutionEmit } from './execution-emit.ts';
import type { Journal } from './journal.ts';

export interface ToolCallerDeps {
  readonly tools: readonly Tool[];
  /** `<runId>/<executionId>`. */
  readonly callPrefix: string;
  readonly breakers: ExecutionBreakers;
  readonly journal: Journal;
  readonly emit: ExecutionEmit;
  readonly clock: Clock;
  readonly blobs: Pick<RunStore, 'putBlob' | 'getBlob'>;
  mask(text: string): string;
  readonly signal: AbortSignal;
  /** Throws when the run is to stop: called before each step, so that the one in flight may end. */
  beforeStep(): void;
  readonly crashPoint: PassCrashPoint;
  /** Ends the execution so that it begins again from its base: nobody knows how far its last call came. */
  restart(): never;
  /** What a tool gets, for one call. */
  context(idempotencyKey: string, signal: AbortSignal): Promise<ToolContext>;
}

/** A text longer than this is kept as a blob beside the log, in characters. */
const inlineText = 64_000;

/** Tool calls of one execution: intent, run, result; each committed before the next. */
export function createToolCaller(deps: ToolCallerDeps): AgentTools {
  const { journal, breakers, emit, signal, clock } = deps;
  const byName = new Map(deps.tools.map((tool) => [tool.name, tool]));

  async function call(name: string, given: JsonObject): Promise<ToolOutcome> {
    const ordinal = journal.nextOrdinal();
    const input = deepFreeze(structuredClone(given));
    const hash = hashJson(maskJson({ name, input }, deps.mask));
    const recorded = journal.find(ordinal, 'tool', hash);
    const tool = byName.get(name);
    let outcome: ToolOutcome;
    if (recorded?.result !== undefined) {
      outcome = await outcomeOf(recorded.result);
    } else {
      deps.beforeStep();
      breakers.beforeToolCall();
      const key = `${deps.callPrefix}/${ordinal}`;
      if (recorded === undefined) await announce(tool, name, input, hash, ordinal, key);
      const known =
        recorded === undefined || tool === undefined
          ? undefined
          : await recover(tool, recorded.intent.effect as Effect, key);
      outcome = await finish(tool, name, input, ordinal, key, known);
    }
    const hint = breakers.afterToolCall({
      key: `${name} ${hash.slice(0, 12)} ${hashJson(outcome.text).slice(0, 12)}`,
      failed: !outcome.ok,
    });
    return deepFreeze(hint === undefined ? outcome : { ...outcome, text: `${outcome.text}\n\n${hint}` });
  }

  async function announce(
    tool: Tool | undefined,
    name: string,
    input: JsonObject,
    inputHash: string,
    ordinal: number,
    key: string,
  ) {
    const effect = tool === undefined ? 'read' : (tool.effect ?? 'once');
    const stored = emit('tool.intent', {
      ordinal,
      tool: name,
      input,
      inputHash,
      effect,
      idempotencyKey: key,
      description: describe(tool, name, input),
    });
    // What only reads may run before its intent is durable: running it again does no harm.
    if (effect !== 'read') await stored;
    deps.crashPoint('tool.announced');
  }

  /** Decides by its effect what happens to a call of which only the intent is known. */
  async function recover(tool: Tool, effect: Effect, key: string): Promise<Json | undefined> {
    if (effect === 'read') return undefined;
    if (effect === 'workspace') deps.restart();
    const probed = await tool.probe?.(key, await deps.context(key, signal));
    if (probed?.done === true) return (probed.output ?? null) as Json;
    if (effect === 'keyed' || probed?.done === false) return undefined;
    throw forgeError(
      'OUTCOME_UNKNOWN',
      `Nobody knows whether the call of ${tool.name} was carried out before Forge ended`,
      {
        where: key,
        fix: 'look whether it was, then discard the run and start a new one for what is left',
        data: { tool: tool.name, key },
      },
    );
  }

  async function finish(
    tool: Tool | undefined,
    name: string,
    input: JsonObject,
    ordinal: number,
    key: string,
    known: Json | undefined,
  ): Promise<ToolOutcome> {
    const startedAt = clock.now();
    const found = known === undefined ? await run(tool, name, input, key) : succeeded(tool, known);
    deps.crashPoint('tool.ran');
    // Before anybody sees it: what goes to the model is what the log holds.
    const outcome = maskJson(found, deps.mask);
    const blob =
      outcome.text.length > inlineText ? await deps.blobs.putBlob(new TextEncoder().encode(outcome.text)) : undefined;
    await emit(
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
      },
      { durationMs: clock.now() - startedAt },
    );
    return outcome;
  }

  async function run(tool: Tool | undefined, name: string, input: JsonObject, key: string): Promise<ToolOutcome> {
    try {
      if (tool === undefined) {
        throw forgeError(
          'TOOL_NOT_FOUND',
          `There is no tool "${name}". There are: ${[...byName.keys()].join(', ') || 'none'}`,
        );
      }
      return succeeded(tool, (await tool.execute(input, await deps.context(key, signal))) as Json);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return failed(error);
    }
  }

  async function outcomeOf(result: EventPayload<'tool.result'>): Promise<ToolOutcome> {
    const text =
      result.textBlob === undefined ? result.text : new TextDecoder().decode(await deps.blobs.getBlob(result.textBlob));
    return {
      ok: result.ok,
      text,
      output: result.output ?? (result.ok ? text : undefined),
      errorCode: result.errorCode,
    };
  }

  return { specs: deepFreeze(deps.tools.map(specOf)), call };
}

function succeeded(tool: Tool | undefined, output: Json): ToolOutcome {
  const text = tool?.render?.(output) ?? (typeof output === 'string' ? output : JSON.stringify(output));
  return { ok: true, output, text };
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

function describe(tool: Tool | undefined, name: string, input: JsonObject): string {
  try {
    return tool?.describe?.(input) ?? name;
  } catch {
    // Words for a display must not fail a call whose arguments are yet to be checked.
    return name;
  }
}

function specOf(tool: Tool): ToolSpec {
  const { $schema: _dialect, ...inputSchema } = z.toJSONSchema(tool.schema.input, { io: 'input' }) as JsonSchema;
  return { name: tool.name, description: tool.description, inputSchema };
}
