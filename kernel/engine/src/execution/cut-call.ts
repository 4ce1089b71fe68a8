import { forgeError, type EventPayload, type Json, type Tool, type ToolContext } from '@forge/plugin-api';
import type { PassCrashPoint } from '../crash-points.ts';
import type { ToldOutcome, UnknownCall } from '../people/ask-outcome.ts';
import type { Workspace } from '../run/run-workspaces.ts';
import { failed } from './tool-outcome.ts';

interface CutCall {
  readonly name: string;
  readonly tool: Tool | undefined;
  readonly key: string;
}

/** It runs again, for a reason; or what it gave is known; or a person says that it was carried out. */
export type CutCallDecision = { readonly again: string } | { readonly gave: Json } | { readonly toldBy: string };

export interface CutCallDeps {
  readonly signal: AbortSignal;
  readonly crashPoint: PassCrashPoint;
  workspace(): Promise<Pick<Workspace, 'snapshot' | 'restore'>>;
  /** A person's word on a call that must not be repeated. Rejects while there is none, so that the run parks. */
  askOutcome(call: UnknownCall): Promise<ToldOutcome>;
  /** What a tool gets, for one call. */
  context(idempotencyKey: string, signal: AbortSignal, spend: ToolContext['spend']): Promise<ToolContext>;
}

/**
 * Decides by its effect what happens to a call that was announced and of which no result is known. Rejects while a
 * person's word is needed and not there, so that the run parks.
 */
export async function decideCutCall(
  { name, tool, key }: CutCall,
  { effect, snapshot, description, input }: EventPayload<'tool.intent'>,
  deps: CutCallDeps,
): Promise<CutCallDecision> {
  if (effect === 'read') return { again: 'it only reads' };
  if (effect === 'workspace') {
    if (snapshot === undefined) throw withoutSnapshot(name, key);
    await (await deps.workspace()).restore(snapshot);
    deps.crashPoint('workspace.restored');
    return { again: 'the workspace is as it was before it' };
  }
  const probed = await probe(tool, key, deps);
  if (probed.done === true) return { gave: (probed.output ?? null) as Json };
  if (probed.done === false) return { again: 'it was not carried out' };
  if (effect === 'keyed') return { again: 'it has the same key' };
  const told = await deps.askOutcome({ tool: name, input, description, key, why: probed.why });
  return told.carriedOut ? { toldBy: told.by } : { again: `${told.by} says that it was not carried out` };
}

/** A tool that fails to say is one that cannot tell. */
async function probe(
  tool: Tool | undefined,
  key: string,
  { context, signal }: CutCallDeps,
): Promise<{ done?: boolean; output?: unknown; why?: string }> {
  if (tool?.probe === undefined) return {};
  try {
    return await tool.probe(key, await context(key, signal, () => undefined));
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return { why: failed(error).text };
  }
}

function withoutSnapshot(name: string, key: string) {
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
