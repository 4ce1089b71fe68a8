import type { EventOf, ForgeEvent } from './event.ts';
import type { Usage } from './llm.ts';
import { addUsd } from './money.ts';

/** One paid call to a model. The rows of a run add up to its total, to the token and to the nano-dollar. */
export interface LedgerRow {
  readonly runId: string;
  /** The event that settled it. */
  readonly seq: number;
  /** When it was settled, in milliseconds since 1970. */
  readonly at: number;
  readonly phase?: string | undefined;
  readonly taskId?: string | undefined;
  readonly executionId: string;
  readonly agent: string;
  readonly ordinal: number;
  readonly provider: string;
  readonly model: string;
  /** `failed`: a reply broke off. `lost`: nobody was there any more when the answer came. */
  readonly outcome: 'replied' | 'failed' | 'lost';
  readonly usage: Usage;
  readonly tokens: number;
  /** Undefined when the model's price is not known. */
  readonly costUsd?: number | undefined;
  readonly durationMs?: number | undefined;
  /** Nobody said what it cost: it is the worst that it can have been. */
  readonly estimated: boolean;
}

/** A call that was made and not settled yet. Plain JSON. */
export interface OpenCall
  extends Pick<
    LedgerRow,
    'phase' | 'taskId' | 'executionId' | 'agent' | 'ordinal' | 'provider' | 'model' | 'usage' | 'tokens' | 'costUsd'
  > {
  readonly requestedAt: number;
}

/** By execution and ordinal. */
export type OpenCalls = Readonly<Record<string, OpenCall>>;

type Settling = EventOf<'llm.responded' | 'llm.retried' | 'llm.fallback' | 'llm.failed'>;

const runEnds: ReadonlySet<string> = new Set([
  'run.parked',
  'run.completed',
  'run.failed',
  'run.discarded',
  // Whatever an earlier process left open.
  'run.resumed',
]);
const executionEnds: ReadonlySet<string> = new Set(['execution.completed', 'execution.failed', 'execution.restarted']);

/** The calls that are open after one more event, and the rows that it adds to the ledger. */
export function settleCalls(
  open: OpenCalls,
  event: ForgeEvent,
): { readonly open: OpenCalls; readonly rows: readonly LedgerRow[] } {
  switch (event.type) {
    case 'llm.requested': {
      const key = keyOf(event, event.payload.ordinal);
      // Asked once more while the answer to the first was open: nobody waits for that any more.
      const { [key]: lost } = open;
      return { open: { ...open, [key]: openCall(event) }, rows: lost === undefined ? [] : lostRows(event, [lost]) };
    }
    case 'llm.responded':
    case 'llm.retried':
    case 'llm.fallback':
    case 'llm.failed': {
      const { [keyOf(event, event.payload.ordinal)]: call, ...others } = open;
      const row = rowOf(event, call);
      return { open: call === undefined ? open : others, rows: row === undefined ? [] : [row] };
    }
    case 'tool.result': {
      const row = toolRow(event);
      return { open, rows: row === undefined ? [] : [row] };
    }
    default: {
      const isEnd = (call: OpenCall) =>
        runEnds.has(event.type) || (executionEnds.has(event.type) && call.executionId === event.executionId);
      const lost = Object.values(open).filter(isEnd);
      if (lost.length === 0) return { open, rows: [] };
      const left = Object.fromEntries(Object.entries(open).filter(([, call]) => !isEnd(call)));
      return { open: left, rows: lostRows(event, lost) };
    }
  }
}

/** The ledger of a run, from its events. */
export function ledgerOf(events: Iterable<ForgeEvent>): readonly LedgerRow[] {
  const ledger: LedgerRow[] = [];
  let open: OpenCalls = {};
  for (const event of events) {
    const settled = settleCalls(open, event);
    open = settled.open;
    ledger.push(...settled.rows);
  }
  return ledger;
}

export interface LedgerTotal {
  readonly calls: number;
  readonly usage: Usage;
  readonly tokens: number;
  readonly costUsd: number;
  /** The price of at least one call is not known. */
  readonly unpriced: boolean;
}

export function totalOf(rows: readonly LedgerRow[]): LedgerTotal {
  const sum = (count: (row: LedgerRow) => number) => rows.reduce((total, row) => total + count(row), 0);
  return {
    calls: rows.length,
    usage: {
      inputTokens: sum(({ usage }) => usage.inputTokens),
      outputTokens: sum(({ usage }) => usage.outputTokens),
      cacheReadTokens: sum(({ usage }) => usage.cacheReadTokens),
      cacheWriteTokens: sum(({ usage }) => usage.cacheWriteTokens),
    },
    tokens: sum(({ tokens }) => tokens),
    costUsd: addUsd(...rows.map(({ costUsd }) => costUsd ?? 0)),
    unpriced: rows.some(({ costUsd }) => costUsd === undefined),
  };
}

function keyOf({ executionId = '' }: ForgeEvent, ordinal: number): string {
  return `${executionId}#${ordinal}`;
}

function placeOf(event: ForgeEvent, ordinal: number) {
  const { executionId = '', phase, taskId, source } = event;
  return {
    ...(phase === undefined ? {} : { phase }),
    ...(taskId === undefined ? {} : { taskId }),
    executionId,
    agent: source,
    ordinal,
  };
}

function openCall(event: EventOf<'llm.requested'>): OpenCall {
  const { ordinal, provider, model, reservedTokens, reservedUsd, reservedUsage } = event.payload;
  return {
    ...placeOf(event, ordinal),
    provider,
    model,
    usage: reservedUsage ?? inputOnly(reservedTokens),
    tokens: reservedTokens,
    ...(reservedUsd === undefined ? {} : { costUsd: reservedUsd }),
    requestedAt: event.timestamp,
  };
}

/** Undefined when there was nothing to pay for. */
function rowOf(event: Settling, call: OpenCall | undefined): LedgerRow | undefined {
  const { ordinal, usage, costUsd, estimated = false } = event.payload;
  const replied = event.type === 'llm.responded';
  const tokens = event.tokensUsed ?? (usage === undefined ? 0 : sumOf(usage));
  if (tokens === 0 && (!replied || costUsd === 0)) return undefined;
  return {
    runId: event.traceId,
    seq: event.seq,
    at: event.timestamp,
    ...placeOf(event, ordinal),
    provider: call?.provider ?? '',
    model: call?.model ?? '',
    outcome: replied ? 'replied' : 'failed',
    usage: usage ?? (call?.tokens === tokens ? call.usage : inputOnly(tokens)),
    tokens,
    ...(costUsd === undefined ? {} : { costUsd }),
    durationMs: event.durationMs ?? (call === undefined ? 0 : event.timestamp - call.requestedAt),
    estimated,
  };
}

/** A tool that paid for something itself. */
function toolRow(event: EventOf<'tool.result'>): LedgerRow | undefined {
  const { ordinal, spent } = event.payload;
  if (spent === undefined) return undefined;
  return {
    runId: event.traceId,
    seq: event.seq,
    at: event.timestamp,
    ...placeOf(event, ordinal),
    ...spent,
    outcome: 'replied',
    tokens: sumOf(spent.usage),
    durationMs: event.durationMs,
    estimated: false,
  };
}

function lostRows({ traceId: runId, seq, timestamp: at }: ForgeEvent, calls: readonly OpenCall[]): LedgerRow[] {
  return calls
    .filter(({ tokens }) => tokens > 0)
    .map(({ requestedAt: _requestedAt, ...call }) => ({ runId, seq, at, ...call, outcome: 'lost', estimated: true }));
}

function sumOf({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens }: Usage): number {
  return inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
}

function inputOnly(tokens: number): Usage {
  return { inputTokens: tokens, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
}
